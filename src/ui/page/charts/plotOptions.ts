import type uPlot from "uplot"
import type { XAxis } from "../../Api.js"
import { formatClock, formatTicks } from "../lib/format.js"
import { logTicks, range } from "../lib/chartData.js"
import { colorOf } from "../lib/colorOf.js"
import { tickX, type Row } from "./Curve.js"

/** What a chart looks like, apart from its data. */
export interface PlotLook {
  readonly rows: ReadonlyArray<Row>
  readonly axis: XAxis
  readonly log: boolean
  readonly unit: string | null
  /** Whether the points of the lines are marked, as those of few epochs are. */
  readonly showPoints: boolean
  readonly height: number
  /** Charts of the same key share their cursors. */
  readonly sync: string
  /** Positions on the x axis at which the run was resumed. */
  readonly marks: ReadonlyArray<number>
}

export interface PlotEvents {
  readonly onCursor: (x: number | null) => void
  readonly onSelect: (from: number, to: number) => void
  readonly onReset: () => void
  /** The part of the x axis to show, null for all; asked whenever the chart is drawn. */
  readonly zoom: () => { readonly from: number; readonly to: number } | null
}

const seconds = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200
]
const days = [1, 2, 5, 10, 20, 50, 100].map((day) => day * 86_400)

/** A colour, let through by so many of 255. */
const fade = (color: string, opacity: number) => `${color}${opacity.toString(16).padStart(2, "0")}`

const seriesOf = ({ role, run: { name, style } }: Row, showPoints: boolean): uPlot.Series => {
  const { color, dash } = style
  switch (role) {
    case "line":
      return {
        label: name,
        stroke: color,
        width: 1.75,
        dash: [...dash],
        points: showPoints ? { show: true, size: 5, fill: color, stroke: color } : { show: false }
      }
    case "raw":
      return { label: name, stroke: fade(color, 84), width: 1, points: { show: false } }
    case "low":
    case "high":
      return { label: name, stroke: "transparent", width: 0, points: { show: false } }
  }
}

const bandsOf = (rows: ReadonlyArray<Row>): Array<uPlot.Band> =>
  rows.flatMap(({ role, run }, i) =>
    // uPlot counts the x axis as the first row.
    role === "high"
      ? [{ series: [i + 1, i] as [number, number], fill: fade(run.style.color, 36) }]
      : []
  )

/** The value of a row nearest to a place where others have theirs. */
const nearestIndex = (plot: uPlot, row: number, index: number): number => {
  const values = plot.data[row]
  if (values === undefined || values[index] !== undefined) return index
  for (let away = 1; away < values.length; away++) {
    if (values[index - away] !== undefined && index - away >= 0) return index - away
    if (values[index + away] !== undefined) return index + away
    if (index - away < 0 && index + away >= values.length) break
  }
  return index
}

/** Colours and letters of the page, as its style sheet has them now. */
export const look = (element: Element) => {
  const color = colorOf(element)
  return {
    font: `11px ${getComputedStyle(element).fontFamily}`,
    ink: color("--ink-2"),
    grid: color("--grid"),
    mark: color("--ink-3")
  }
}

type Look = ReturnType<typeof look>

/** The x axis of a chart, but for its numbers. */
export const xAxis = ({ font, grid, ink }: Look): uPlot.Axis => ({
  font,
  stroke: ink,
  size: 26,
  gap: 4,
  space: 64,
  grid: { show: false },
  ticks: { stroke: grid, size: 4, width: 1 }
})

/** Steps between ticks of an axis of whole numbers. */
export const wholes = Array.from({ length: 10 }, (_, power) =>
  [1, 2, 5].map((one) => one * 10 ** power)
).flat()

/** The y axis of a chart. */
export const yAxis = (
  { font, grid, ink }: Look,
  { log, unit }: { readonly log: boolean; readonly unit: string | null }
): uPlot.Axis => ({
  font,
  stroke: ink,
  gap: 6,
  space: 34,
  size: (_, ticks) =>
    Math.max(36, 12 + 6.4 * Math.max(0, ...(ticks ?? []).map((tick) => tick.length))),
  grid: { stroke: grid, width: 1 },
  ...(log && {
    splits: (_, __, low, high) => [...logTicks(low, high)],
    filter: (_, ticks) => ticks
  }),
  ticks: { show: false },
  values: (_, ticks) => formatTicks(ticks, unit)
})

/** The options of a chart for uPlot. */
export const plotOptions = (
  element: HTMLElement,
  { axis, height, log, marks, rows, showPoints, sync, unit }: PlotLook,
  { onCursor, onReset, onSelect, zoom }: PlotEvents
): uPlot.Options => {
  const colors = look(element)
  const { ink, mark } = colors
  const drawMarks = (plot: uPlot) => {
    const { ctx } = plot
    const { height: tall, left, top, width } = plot.bbox
    ctx.save()
    ctx.strokeStyle = mark
    ctx.lineWidth = devicePixelRatio
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio])
    for (const at of marks) {
      const x = Math.round(plot.valToPos(at, "x", true))
      if (x <= left || x >= left + width) continue
      ctx.beginPath()
      ctx.moveTo(x, top)
      ctx.lineTo(x, top + tall)
      ctx.stroke()
    }
    ctx.restore()
  }
  return {
    width: Math.max(120, element.clientWidth),
    height,
    legend: { show: false },
    padding: [8, 22, 0, 0],
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false, dist: 6 },
      sync: { key: sync, setSeries: false, scales: ["x", null] },
      dataIdx: nearestIndex,
      points: {
        size: (_, row) => (rows[row - 1]?.role === "line" ? 7 : 0),
        fill: (_, row) => rows[row - 1]?.run.style.color ?? ink
      },
      bind: {
        dblclick: () => () => {
          onReset()
          return null
        }
      }
    },
    scales: {
      x: {
        time: axis === "wall",
        range: (_, low, high) => {
          const shown = zoom()
          if (shown !== null) return [shown.from, shown.to]
          return low < high ? [low, high] : [low - 1, low + 1]
        }
      },
      y: { distr: log ? 3 : 1, range: (_, low, high) => [...range([low, high], log)] }
    },
    axes: [
      {
        ...xAxis(colors),
        ...(axis === "step" && { incrs: wholes }),
        ...(axis === "time" && { incrs: [...seconds, ...days] }),
        values: (_, ticks, __, ___, step) =>
          ticks.map((tick) =>
            axis === "wall"
              ? step >= 86_400
                ? new Date(tick * 1000).toISOString().slice(5, 10)
                : formatClock(new Date(tick * 1000), step < 60)
              : tickX(tick, axis)
          )
      },
      yAxis(colors, { log, unit })
    ],
    series: [{}, ...rows.map((row) => seriesOf(row, showPoints))],
    bands: bandsOf(rows),
    hooks: {
      draw: [drawMarks],
      setCursor: [
        (plot) => {
          const { left } = plot.cursor
          onCursor(left === undefined || left < 0 ? null : plot.posToVal(left, "x"))
        }
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select
          if (width < 6) return
          onSelect(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"))
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        }
      ]
    }
  }
}
