import { useMemo } from "preact/hooks"
import { t } from "../../../language/Text.js"
import { ancestry, lineage } from "../lib/trials.js"
import type { SweepPart } from "./SweepPart.js"
import { trialLine } from "./TrialTip.js"

const row = 16
const left = 46
const width = 1000
/** More lines of descent than one can follow: then only those of the best trial. */
const most = 150

/** Which trial was forked from which: a row each, from the epoch of the fork to the last. */
export const Lineage = (part: SweepPart) => {
  const { best, byNumber, detail, levels, open, palette, places, point, pointed } = part
  const { summary, trials } = detail
  const line = useMemo(
    () => new Set(best === null ? [] : ancestry(best, byNumber).map(({ number }) => number)),
    [detail]
  )
  const isCut = trials.length > most
  const lanes = useMemo(
    () => lineage(isCut ? trials.filter(({ number }) => line.has(number)) : trials),
    [detail, line]
  )
  if (trials.every(({ fork }) => fork === null)) return null
  const last = Math.max(1, ...trials.map(({ epoch }) => epoch))
  const xOf = (epoch: number) => left + ((width - left - 30) * epoch) / last
  const yOf = (at: number) => row * (at + 0.75)
  return (
    <section class="card" data-span="all" aria-labelledby="sweep-lineage">
      <header class="card-head">
        <h2 id="sweep-lineage">{t`Lineage`}</h2>
        <span class="note">
          {isCut
            ? t`The line of the best trial; all trials were forked ${trials.filter(({ fork }) => fork !== null).length} times.`
            : t`Each trial from the epoch of its fork on; the line of the best trial is bold.`}
        </span>
      </header>
      <div class="lineage" tabIndex={0} role="region" aria-label={t`Lines of descent`}>
        <svg
          viewBox={`0 0 ${width} ${row * (lanes.length + 0.5)}`}
          style={{ minWidth: "640px" }}
          role="img"
          aria-label={
            best === null
              ? t`which trial was forked from which`
              : t`the best trial and those it was forked from: ${[...line].join(" ← ")}`
          }
        >
          {lanes.map(({ parentRow, row: at, trial }) => {
            const start = trial.fork?.epoch ?? 0
            const color = palette[levels[places.get(trial.number)!]!] ?? "var(--line-strong)"
            return (
              <g
                key={trial.number}
                class="lane"
                data-best={line.has(trial.number)}
                data-pointed={pointed === trial}
                onPointerEnter={() => point(trial)}
                onPointerLeave={() => point(null)}
                onClick={() => open(trial)}
              >
                <title>{trialLine(trial, summary.metric)}</title>
                <rect
                  class="lane-hit"
                  x={xOf(start) - left}
                  y={yOf(at) - row / 2}
                  width={width - xOf(start) + left}
                  height={row}
                />
                {parentRow !== null && (
                  <line
                    class="lane-fork"
                    x1={xOf(start)}
                    x2={xOf(start)}
                    y1={yOf(parentRow)}
                    y2={yOf(at)}
                  />
                )}
                <line
                  class="lane-line"
                  stroke={color}
                  x1={xOf(start)}
                  x2={Math.max(xOf(start) + 3, xOf(trial.epoch))}
                  y1={yOf(at)}
                  y2={yOf(at)}
                />
                <text x={Math.max(xOf(start) + 3, xOf(trial.epoch)) + 6} y={yOf(at) + 4}>
                  {trial.number}
                </text>
              </g>
            )
          })}
        </svg>
      </div>
    </section>
  )
}
