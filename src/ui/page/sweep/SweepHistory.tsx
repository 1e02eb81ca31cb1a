import { useCallback, useMemo } from "preact/hooks"
import type uPlot from "uplot"
import { t } from "../../../language/Text.js"
import { range } from "../lib/chartData.js"
import { formatNumber } from "../lib/format.js"
import { improvements } from "../lib/trials.js"
import { drawMark, markColor } from "./drawLines.js"
import type { Draw } from "./DrawnPlot.js"
import type { SweepPart } from "./SweepPart.js"
import { TrialPlot } from "./TrialPlot.js"

/** The value of each trial, and the best so far. */
export const SweepHistory = (part: SweepPart) => {
  const { detail, isChosen, isLog, levels, palette, pointed } = part
  const { summary, trials } = detail
  const { metric, mode } = summary
  const better = useMemo(() => improvements(trials, mode), [detail])
  const known = useMemo(
    () =>
      trials.flatMap((trial, i) =>
        trial.value === null || (isLog && trial.value <= 0) ? [] : [{ trial, i }]
      ),
    [detail, isLog]
  )
  const last = trials.at(-1)?.number ?? 0
  const [low, high] = range(
    known.map(({ trial }) => trial.value),
    isLog
  )

  const draw = useCallback<Draw>(
    (context, plot, color) => {
      const ground = color("--surface")
      const size = known.length > 300 ? 7 : 11
      for (const { i, trial } of known) {
        context.globalAlpha = isChosen[i]! ? 1 : 0.18
        drawMark(
          context,
          trial.state,
          plot.valToPos(trial.number, "x", true),
          plot.valToPos(trial.value!, "y", true),
          {
            color: markColor(part, i, color),
            ground,
            size
          }
        )
      }
      const bottom = plot.bbox.top + plot.bbox.height - 7 * devicePixelRatio
      for (const { number, state, value } of trials) {
        if (value !== null || state !== "failed") continue
        drawMark(context, state, plot.valToPos(number, "x", true), bottom, {
          color: color("--bad"),
          ground,
          size
        })
      }
      context.globalAlpha = 1
      context.strokeStyle = color("--accent")
      context.lineWidth = 2 * devicePixelRatio
      context.beginPath()
      better.forEach(({ number, value }, i) => {
        const [x, y] = [plot.valToPos(number, "x", true), plot.valToPos(value, "y", true)]
        if (i === 0) context.moveTo(x, y)
        else context.lineTo(x, y)
        context.lineTo(plot.valToPos(better[i + 1]?.number ?? last, "x", true), y)
      })
      context.stroke()
    },
    [better, isChosen, known, levels, palette, last]
  )
  const drawOver = useCallback<Draw>(
    (context, plot, color) => {
      if (pointed === null || pointed.value === null) return
      drawMark(
        context,
        pointed.state,
        plot.valToPos(pointed.number, "x", true),
        plot.valToPos(pointed.value, "y", true),
        { color: color("--ink"), ground: color("--surface"), size: 16 }
      )
    },
    [pointed]
  )
  const nearest = (plot: uPlot, left: number, top: number) => {
    let found = null
    let least = 16
    for (const { i, trial } of known) {
      if (!isChosen[i]!) continue
      const x = plot.valToPos(trial.number, "x") - left
      const away = Math.hypot(x, plot.valToPos(trial.value!, "y") - top)
      if (away < least) {
        least = away
        found = trial
      }
    }
    return found
  }
  const best = better.at(-1)
  return (
    <section class="card" aria-labelledby="sweep-history">
      <header class="card-head">
        <h2 id="sweep-history">{t`History`}</h2>
        <span class="note">
          <span class="key-line" /> {t`best so far`}
        </span>
      </header>
      {known.length === 0 ? (
        <p class="note">{t`No trial has a value yet.`}</p>
      ) : (
        <TrialPlot
          part={part}
          nearest={nearest}
          order={known.map(({ trial }) => trial)}
          placeOf={({ number, value }) => (value === null ? null : [number, value])}
          label={
            best === undefined
              ? t`${metric} by trial`
              : t`${metric} by trial; the best so far: trial ${best.number}, ${formatNumber(best.value)}`
          }
          height={240}
          x={[-0.5, last + 0.5]}
          y={[low, high]}
          log={isLog}
          draw={draw}
          drawOver={drawOver}
        />
      )}
    </section>
  )
}
