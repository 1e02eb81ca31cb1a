import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks"
import type { KeyboardEventHandler } from "preact"
import { t } from "../../../language/Text.js"
import type { Trial } from "../../Api.js"
import {
  brushOf,
  lacking,
  lineShare,
  metricAxis,
  nearestLine,
  type Axis,
  type Brush
} from "../lib/parallel.js"
import { ranked } from "../lib/trials.js"
import { handleKey } from "../state/handleKey.js"
import { useFrame } from "../state/useFrame.js"
import { ParallelAxis } from "./ParallelAxis.js"
import { drawLines, drawMark } from "./drawLines.js"
import { useChoice, type SweepPart } from "./SweepPart.js"
import { trialKeys } from "./trialKeys.js"
import { formatParameter, TrialTip, trialLine } from "./TrialTip.js"
import { useCanvas } from "./useCanvas.js"

/** The box of the axes, in pixels. */
const height = 348
const pad = { top: 40, bottom: 44, left: 44, right: 84 }
/** The least space between two axes: below it, one scrolls. */
const leastGap = 92
const tall = height - pad.top - pad.bottom

/** How far down a share is. */
const shareToY = (share: number): number => pad.top + (1 - share) * tall

/** The brushes with another on an axis; null: with none. */
const withBrush = (
  brushes: ReadonlyArray<Brush>,
  axis: string,
  brush: Brush | null
): ReadonlyArray<Brush> => [
  ...brushes.filter((one) => one.axis !== axis),
  ...(brush === null ? [] : [brush])
]

/**
 * A line for each trial across an axis for each parameter, the metric last. A drag on an axis chooses the
 * trials in that part of it.
 */
export const ParallelCoordinates = (part: SweepPart) => {
  const { best, change, detail, levels, open, palette, places, point, pointed, route } = part
  const { trials } = detail
  const [width, setWidth] = useState(0)
  const [dragged, setDragged] = useState<{ axis: string; brush: Brush | null } | null>(null)
  const [at, setAt] = useState<{ x: number; y: number } | null>(null)
  const box = useRef<HTMLDivElement>(null)
  const axes = part.axes
  const brushes = useMemo(
    () =>
      dragged === null ? route.brushes : withBrush(route.brushes, dragged.axis, dragged.brush),
    [route.brushes, dragged]
  )
  const isChosen = useChoice(axes, brushes, route.states, trials)

  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)))
    observer.observe(box.current!)
    return () => observer.disconnect()
  }, [])

  const wide = Math.max(width, pad.left + pad.right + leastGap * (axes.length - 1))
  const gap = (wide - pad.left - pad.right) / Math.max(1, axes.length - 1)
  const xOf = (axis: number) => pad.left + axis * gap

  const trace = (path: { moveTo: Path2D["moveTo"]; lineTo: Path2D["lineTo"] }, trial: number) => {
    axes.forEach(({ shares }, i) => {
      const x = xOf(i) * devicePixelRatio
      const y = shareToY(lineShare(shares[trial]!)) * devicePixelRatio
      if (i === 0) path.moveTo(x, y)
      else path.lineTo(x, y)
    })
  }
  const markOf = (i: number) => shareToY(lineShare(axes.at(-1)!.shares[i]!))
  const lines = useCanvas(
    wide,
    height,
    (context, color) => {
      drawLines(context, color, { trials, isChosen, levels, palette }, (path, _, i) =>
        trace(path, i)
      )
      const marked = trials.flatMap((_, i) => (isChosen[i]! ? [i] : []))
      if (marked.length > 200) return
      const x = xOf(axes.length - 1) * devicePixelRatio
      for (const i of marked.sort((one, other) => levels[one]! - levels[other]!)) {
        drawMark(context, trials[i]!.state, x, markOf(i) * devicePixelRatio, {
          color: palette[levels[i]!] ?? color("--ink-3"),
          ground: color("--surface")
        })
      }
    },
    [axes, isChosen, levels, palette, trials, wide]
  )
  const over = useCanvas(
    wide,
    height,
    (context, color) => {
      if (pointed === null) return
      const i = places.get(pointed.number)!
      const path = new Path2D()
      trace(path, i)
      context.lineJoin = "round"
      context.lineWidth = 6 * devicePixelRatio
      context.strokeStyle = color("--surface")
      context.stroke(path)
      context.lineWidth = 3 * devicePixelRatio
      context.strokeStyle = color("--ink")
      context.stroke(path)
      drawMark(
        context,
        pointed.state,
        xOf(axes.length - 1) * devicePixelRatio,
        markOf(i) * devicePixelRatio,
        { color: color("--ink"), ground: color("--surface"), size: 14 }
      )
    },
    [axes, pointed, trials, wide]
  )

  const order = useMemo(() => {
    const known = ranked(trials, detail.summary.mode)
    const isRanked = new Set(known)
    return [...known, ...trials.filter((trial) => !isRanked.has(trial))]
  }, [trials])
  /** Where the tip of a trial stands that the keyboard has chosen. */
  const pointByKey = (trial: Trial | undefined) => {
    if (trial === undefined) return
    point(trial)
    setAt({ x: xOf(axes.length - 1), y: markOf(places.get(trial.number)!) })
  }
  const onKeyDown: KeyboardEventHandler<HTMLDivElement> = (event) => {
    // An axis has keys of its own.
    if (event.target !== event.currentTarget) return
    const chosen = order.filter((trial) => isChosen[places.get(trial.number)!])
    handleKey(event, {
      ...trialKeys(part, chosen, pointByKey),
      Escape: () => {
        if (pointed === null) change({ brushes: [] })
        point(null)
        setAt(null)
      }
    })
  }

  const atFrame = useFrame()
  const follow = (event: PointerEvent) => {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect()
    const [x, y] = [event.clientX - left, event.clientY - top]
    atFrame(() => {
      const share = 1 - (y - pad.top) / tall
      const found = nearestLine(
        axes,
        (i) => isChosen[i]!,
        (x - pad.left) / gap,
        Math.max(lacking, share),
        12 / tall
      )
      point(found === null ? null : trials[found]!)
      setAt(found === null ? null : { x, y })
    })
  }
  const leave = () => {
    atFrame(null)
    point(null)
    setAt(null)
  }
  const brushTo = (axis: Axis, brush: Brush | null) => {
    setDragged(null)
    change({ brushes: withBrush(route.brushes, axis.path, brush) })
  }

  return (
    <div class="parallel" ref={box}>
      <div
        class="parallel-box"
        style={{ width: `${wide}px`, height: `${height}px` }}
        role="group"
        aria-roledescription={t`chart`}
        aria-label={
          best === null
            ? t`parallel coordinates of ${trials.length} trials`
            : t`parallel coordinates of ${trials.length} trials; the best: ${trialLine(best, detail.summary.metric)}`
        }
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerMove={(event) => dragged === null && follow(event)}
        onPointerLeave={leave}
        onClick={(event) => {
          if (pointed !== null && !(event.target as Element).closest("[data-axis]")) open(pointed)
        }}
        data-pointing={pointed !== null}
      >
        <canvas ref={lines} />
        <canvas ref={over} />
        <svg width={wide} height={height}>
          <defs>
            <linearGradient id="values" x1="0" y1="1" x2="0" y2="0">
              {palette
                .map((color, i) => (
                  <stop
                    key={i}
                    offset={
                      detail.summary.mode === "max"
                        ? i / (palette.length - 1)
                        : 1 - i / (palette.length - 1)
                    }
                    stop-color={color}
                  />
                ))
                .sort((one, other) => one.props.offset - other.props.offset)}
            </linearGradient>
          </defs>
          {axes.map((axis, i) => (
            <ParallelAxis
              key={axis.path}
              axis={axis}
              x={xOf(i)}
              gap={gap}
              top={pad.top}
              tall={tall}
              mode={axis.path === metricAxis ? detail.summary.mode : null}
              brush={brushes.find((brush) => brush.axis === axis.path) ?? null}
              onDrag={(one, other) => {
                leave()
                setDragged({ axis: axis.path, brush: brushOf(axis, one, other) })
              }}
              onBrush={(brush) => brushTo(axis, brush)}
            />
          ))}
        </svg>
        {pointed !== null && at !== null && (
          <TrialTip part={part} x={at.x} y={at.y} width={wide} trial={pointed} />
        )}
        <span class="hidden" role="status">
          {pointed !== null && document.activeElement?.classList.contains("parallel-box") === true
            ? `${trialLine(pointed, detail.summary.metric)}, ${axes
                .slice(0, -1)
                .map(({ label, path }) => `${label} ${formatParameter(pointed.parameters[path])}`)
                .join(", ")}`
            : ""}
        </span>
      </div>
    </div>
  )
}
