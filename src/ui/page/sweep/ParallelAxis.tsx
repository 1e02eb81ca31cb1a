import { useRef } from "preact/hooks"
import type { KeyboardEventHandler } from "preact"
import { t } from "../../../language/Text.js"
import { formatNumber } from "../lib/format.js"
import { brushOf, brushShares, lacking, type Axis, type Brush } from "../lib/parallel.js"
import { handleKey } from "../state/handleKey.js"

/** What a brush has, in words. */
const brushText = (axis: Axis, brush: Brush | null): string => {
  if (brush === null) return t`all values`
  const text = (value: number) =>
    axis.scale === "category" ? (axis.categories[value] ?? "") : formatNumber(value)
  return brush.from === brush.to ? text(brush.from) : t`${text(brush.from)} to ${text(brush.to)}`
}

/** As many letters of a label as fit. */
const fit = (label: string, width: number): string => {
  const most = Math.max(4, Math.floor(width / 6.6))
  return label.length <= most ? label : `${label.slice(0, most - 1)}…`
}

/** How near to the edge of a brush, in pixels, a drag moves the edge alone. */
const grip = 7

/** An axis of parallel coordinates, with its brush. */
export const ParallelAxis = ({
  axis,
  brush,
  gap,
  mode,
  onBrush,
  onDrag,
  tall,
  top,
  x
}: {
  readonly axis: Axis
  readonly x: number
  readonly gap: number
  readonly top: number
  readonly tall: number
  /** Which way is better, on the axis of the metric; null on the others. */
  readonly mode: "min" | "max" | null
  readonly brush: Brush | null
  readonly onDrag: (one: number, other: number) => void
  readonly onBrush: (brush: Brush | null) => void
}) => {
  const drag = useRef<{ readonly anchor: number; readonly offset: number | null } | null>(null)
  const shares = brush === null ? null : brushShares(axis, brush)
  const yOf = (share: number) => top + (1 - share) * tall
  const shareAt = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).closest("svg")!.getBoundingClientRect()
    return 1 - (event.clientY - box.top - top) / tall
  }
  /** The ends of the brush with the pointer there. */
  const ends = (share: number): readonly [number, number] => {
    const { anchor, offset } = drag.current!
    if (offset === null || shares === null) return [anchor, share]
    const size = shares[1] - shares[0]
    const low = Math.min(1 - size, Math.max(0, share - offset))
    return [low, low + size]
  }
  const moved = useRef(false)
  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return
      ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
      const share = shareAt(event)
      const near = grip / tall
      moved.current = false
      // On an edge it moves the edge, within a brush the brush, elsewhere it makes a new one.
      if (shares !== null && Math.abs(share - shares[0]) < near) {
        drag.current = { anchor: shares[1], offset: null }
      } else if (shares !== null && Math.abs(share - shares[1]) < near) {
        drag.current = { anchor: shares[0], offset: null }
      } else if (shares !== null && share > shares[0] && share < shares[1]) {
        drag.current = { anchor: share, offset: share - shares[0] }
      } else {
        drag.current = { anchor: share, offset: null }
      }
    },
    onPointerMove: (event: PointerEvent) => {
      if (drag.current === null) return
      event.stopPropagation()
      const share = shareAt(event)
      if (Math.abs(share - drag.current.anchor) * tall > 3) moved.current = true
      if (moved.current) onDrag(...ends(share))
    },
    onPointerUp: (event: PointerEvent) => {
      if (drag.current === null) return
      const share = shareAt(event)
      const isClick = !moved.current
      const [one, other] = ends(share)
      drag.current = null
      // A click on a category chooses it, and on a brush takes the brush away.
      if (!isClick) return onBrush(brushOf(axis, one, other))
      const isInside = shares !== null && share >= shares[0] && share <= shares[1]
      onBrush(isInside ? null : axis.scale === "category" ? brushOf(axis, share, share) : null)
    },
    onPointerCancel: () => {
      drag.current = null
      onBrush(brush)
    }
  }

  const onKeyDown: KeyboardEventHandler<SVGGElement> = (event) => {
    const step = axis.scale === "category" ? 1 / axis.categories.length : 0.05
    const [low, high] = shares ?? [Number.NaN, Number.NaN]
    const set = (one: number, other: number) => {
      // The middle of categories: their borders belong to two.
      const inset = axis.scale === "category" ? step / 4 : 0
      onBrush(brushOf(axis, Math.max(0, one) + inset, Math.min(1, other) - inset))
    }
    const move = (by: number) => {
      if (shares === null) return by > 0 ? set(0.5, 1) : set(0, 0.5)
      const size = high - low
      const from = Math.min(1 - size, Math.max(0, low + by))
      set(from, from + size)
    }
    const grow = (by: number) => {
      if (shares === null) return set(0.25, 0.75)
      if (by > 0) set(low, high + by)
      else if (high - low > 1.5 * step) set(low, high + by)
    }
    handleKey(event, {
      ArrowUp: () => (event.shiftKey ? grow(step) : move(step)),
      ArrowDown: () => (event.shiftKey ? grow(-step) : move(-step)),
      Delete: () => onBrush(null),
      Backspace: () => onBrush(null),
      Escape: () => onBrush(null)
    })
  }

  const middle = shares === null ? 0.5 : (shares[0] + shares[1]) / 2
  return (
    <g
      class="parallel-axis"
      data-axis={axis.path}
      data-brushed={brush !== null}
      role="slider"
      tabindex={0}
      aria-label={axis.path === "" ? axis.label : axis.path}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(middle * 100)}
      aria-valuetext={brushText(axis, brush)}
      onKeyDown={onKeyDown}
    >
      <text class="parallel-label" x={x} y={16} text-anchor="middle">
        <title>
          {axis.path === "" ? axis.label : axis.path}
          {axis.scale === "log" ? `, ${t`log scale`}` : ""}
        </title>
        {fit(axis.label, gap - 8)}
      </text>
      <text class="parallel-sub" x={x} y={29} text-anchor="middle">
        {mode === null
          ? axis.scale === "log"
            ? t`log`
            : ""
          : mode === "min"
            ? t`lower is better`
            : t`higher is better`}
      </text>
      <line x1={x} x2={x} y1={top} y2={top + tall} />
      {mode !== null && (
        <rect class="parallel-values" x={x + 9} y={top} width={7} height={tall} rx={2} />
      )}
      {axis.ticks.map(({ at, text }) => (
        <g key={`${at} ${text}`}>
          <line x1={x - 3} x2={x + (mode === null ? 3 : 0)} y1={yOf(at)} y2={yOf(at)} />
          <text
            class="parallel-tick"
            x={mode === null ? x - 6 : x + 21}
            y={yOf(at) + 3.5}
            text-anchor={mode === null ? "end" : "start"}
          >
            {fit(text, mode === null ? gap - 14 : 62)}
            {text.length > 8 && <title>{text}</title>}
          </text>
        </g>
      ))}
      {axis.shares.some(Number.isNaN) && (
        <text
          class="parallel-sub"
          x={mode === null ? x - 6 : x + 12}
          y={yOf(lacking) + 4}
          text-anchor={mode === null ? "end" : "start"}
        >
          {mode === null ? t`not set` : t`no value`}
        </text>
      )}
      {shares !== null && (
        <rect
          class="parallel-brush"
          x={x - 8}
          width={16}
          y={yOf(shares[1])}
          height={Math.max(2, (shares[1] - shares[0]) * tall)}
          rx={3}
        />
      )}
      <rect
        class="parallel-hit"
        x={x - 15}
        width={30}
        y={top - 6}
        height={tall + 12}
        {...handlers}
      />
    </g>
  )
}
