import { useCallback, useMemo } from "preact/hooks"
import type uPlot from "uplot"
import { t } from "../../../language/Text.js"
import type { Finite, Trial } from "../../Api.js"
import { range } from "../lib/chartData.js"
import { curveOf, ranked, valueAtEpoch, withoutOutliers } from "../lib/trials.js"
import { drawLines, drawMark, markColor } from "./drawLines.js"
import type { Draw } from "./DrawnPlot.js"
import type { SweepPart } from "./SweepPart.js"
import { TrialPlot } from "./TrialPlot.js"

/** As many numbers as one reads. */
const some = (numbers: ReadonlyArray<number>): string =>
  numbers.length <= 8 ? numbers.join(", ") : `${numbers.slice(0, 6).join(", ")} … ${numbers.at(-1)}`

/** The metric of every trial by epoch. */
export const LearningCurves = (part: SweepPart) => {
  const { byNumber, detail, isChosen, isLog, levels, palette, places, pointed } = part
  const { rungs, summary, trials } = detail
  const curves = useMemo(() => trials.map((trial) => curveOf(trial, byNumber)), [detail])
  const { high, last, low } = useMemo(() => {
    const [low, high] = range(withoutOutliers(curves.flatMap(({ values }) => values)), isLog)
    const last = curves.reduce((most, { at }) => Math.max(most, at.at(-1) ?? 0), 1)
    return { low, high, last }
  }, [curves, isLog])
  const order = useMemo(() => ranked(trials, summary.mode), [detail])
  const isShown = (value: Finite): value is number => value !== null && (!isLog || value > 0)
  /** Draws the curve of the trial in this place, with gaps where it has no value. */
  const trace = (path: Path2D, plot: uPlot, i: number) => {
    const { at, values } = curves[i]!
    let isDown = false
    at.forEach((epoch, k) => {
      const value = values[k] ?? null
      const isDrawn = isShown(value)
      if (isDrawn) {
        const [x, y] = [plot.valToPos(epoch, "x", true), plot.valToPos(value, "y", true)]
        if (isDown) path.lineTo(x, y)
        else path.moveTo(x, y)
      }
      isDown = isDrawn
    })
  }

  const draw = useCallback<Draw>(
    (context, plot, color) => {
      const { height, top } = plot.bbox
      context.strokeStyle = color("--ink-3")
      context.lineWidth = devicePixelRatio
      context.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio])
      for (const rung of rungs) {
        if (rung > last) continue
        const x = Math.round(plot.valToPos(rung, "x", true))
        context.beginPath()
        context.moveTo(x, top)
        context.lineTo(x, top + height)
        context.stroke()
      }
      context.setLineDash([])
      const dot = 2.2 * devicePixelRatio
      drawLines(context, color, { trials, isChosen, levels, palette }, (path, _, i) => {
        trace(path, plot, i)
        const { at, values } = curves[i]!
        const value = values[0] ?? null
        // One value is no line.
        if (at.length === 1 && isShown(value)) {
          const [x, y] = [plot.valToPos(at[0]!, "x", true), plot.valToPos(value, "y", true)]
          path.rect(x - dot / 2, y - dot / 2, dot, dot)
        }
      })
      if (isChosen.filter(Boolean).length > 200) return
      const ground = color("--surface")
      trials.forEach(({ state }, i) => {
        const { at, values } = curves[i]!
        const value = values.at(-1) ?? null
        if (!isChosen[i]! || state === "completed" || value === null) return
        drawMark(
          context,
          state,
          plot.valToPos(at.at(-1)!, "x", true),
          plot.valToPos(value, "y", true),
          {
            color: markColor(part, i, color),
            ground,
            size: 9
          }
        )
      })
    },
    [curves, isChosen, isLog, levels, palette, rungs, last]
  )
  const drawOver = useCallback<Draw>(
    (context, plot, color) => {
      if (pointed === null) return
      const i = places.get(pointed.number)!
      const { at, values } = curves[i]!
      const path = new Path2D()
      trace(path, plot, i)
      context.lineJoin = "round"
      context.strokeStyle = color("--surface")
      context.lineWidth = 5 * devicePixelRatio
      context.stroke(path)
      context.strokeStyle = color("--ink")
      context.lineWidth = 2.5 * devicePixelRatio
      context.stroke(path)
      const end = at.length - 1
      const value = values[end] ?? null
      if (value === null) return
      context.fillStyle = color("--ink")
      context.beginPath()
      context.arc(
        plot.valToPos(at[end]!, "x", true),
        plot.valToPos(value, "y", true),
        4 * devicePixelRatio,
        0,
        2 * Math.PI
      )
      context.fill()
    },
    [curves, isLog, places, pointed]
  )
  const nearest = (plot: uPlot, left: number, top: number) => {
    const epoch = plot.posToVal(left, "x")
    let found: Trial | null = null
    let least = 22
    curves.forEach((curve, i) => {
      if (!isChosen[i]!) return
      const value = valueAtEpoch(curve, epoch)
      if (value === null) return
      const away = Math.abs(plot.valToPos(value, "y") - top)
      if (away < least) {
        least = away
        found = trials[i]!
      }
    })
    return found
  }
  const isEmpty = curves.every(({ at }) => at.length === 0)
  return (
    <section class="card" data-span="all" aria-labelledby="sweep-curves">
      <header class="card-head">
        <h2 id="sweep-curves">{t`Learning curves`}</h2>
        {rungs.length > 0 && (
          <span class="note">
            <span class="key-line" data-kind="rung" />{" "}
            {t`trials are compared after epochs ${some(rungs)}`}
          </span>
        )}
        {trials.some(({ fork }) => fork !== null) && (
          <span class="note">{t`The curve of a fork begins on that of the trial it was forked from.`}</span>
        )}
      </header>
      {isEmpty ? (
        <p class="note">{t`They appear with the first epoch of a trial.`}</p>
      ) : (
        <TrialPlot
          part={part}
          nearest={nearest}
          order={order}
          placeOf={({ at, values }) => {
            const value = values.at(-1) ?? null
            return value === null ? null : [at.at(-1)!, value]
          }}
          label={t`${summary.metric} of ${trials.length} trials by epoch`}
          height={300}
          x={[last > 1 ? 0.5 : 0, last + 0.5]}
          y={[low, high]}
          log={isLog}
          draw={draw}
          drawOver={drawOver}
        />
      )}
    </section>
  )
}
