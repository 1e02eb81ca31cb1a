import { useEffect, useLayoutEffect, useRef } from "preact/hooks"
import type { ComponentChildren, KeyboardEventHandler } from "preact"
import uPlot from "uplot"
import { t } from "../../../language/Text.js"
import { look, wholes, xAxis, yAxis } from "../charts/plotOptions.js"
import { range } from "../lib/chartData.js"
import { colorOf } from "../lib/colorOf.js"
import { useSettings } from "../state/Settings.js"

/** What draws on a chart: positions are by `plot.valToPos(…, true)`, in pixels of the canvas. */
export type Draw = (
  context: CanvasRenderingContext2D,
  plot: uPlot,
  color: (name: string) => string
) => void

export interface DrawnPlotProps {
  readonly label: string
  readonly height: number
  /** The bounds of the axes. */
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
  readonly log: boolean
  readonly draw: Draw
  /** Draws what is pointed at, above the rest. */
  readonly drawOver: Draw
  /** Where the mouse is: the plot, and its position in it; null: elsewhere. */
  readonly onMove: (plot: uPlot, at: { readonly left: number; readonly top: number } | null) => void
  readonly onClick: () => void
  readonly onKeyDown: KeyboardEventHandler<HTMLDivElement>
  readonly children?: ComponentChildren
}

/** Axes by uPlot, between which thousands of lines and marks are drawn at once: a row of it each would be slow. */
export const DrawnPlot = (props: DrawnPlotProps) => {
  const { children, draw, drawOver, height, label, log, x, y } = props
  const { theme } = useSettings()
  const element = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const over = useRef<HTMLCanvasElement | null>(null)
  const latest = useRef(props)
  latest.current = props

  const paintOver = () => {
    const [canvas, made] = [over.current, plot.current]
    const context = canvas?.getContext("2d")
    if (canvas == null || context == null || made === null) return
    canvas.width = made.ctx.canvas.width
    canvas.height = made.ctx.canvas.height
    inside(context, made, latest.current.drawOver)
  }

  useLayoutEffect(() => {
    const colors = look(element.current!)
    const made = new uPlot(
      {
        width: Math.max(120, element.current!.clientWidth),
        height,
        legend: { show: false },
        padding: [8, 14, 0, 0],
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
        scales: {
          x: { time: false, range: () => [...latest.current.x] },
          y: { distr: log ? 3 : 1, range: () => [...range(latest.current.y, log)] }
        },
        axes: [
          { ...xAxis(colors), incrs: wholes, values: (_, ticks) => ticks.map(String) },
          yAxis(colors, { log, unit: null })
        ],
        series: [{}, { stroke: "transparent", points: { show: false } }],
        hooks: {
          draw: [(made) => inside(made.ctx, made, latest.current.draw)],
          setCursor: [
            (made) => {
              const { left = -1, top = -1 } = made.cursor
              latest.current.onMove(made, left < 0 ? null : { left, top })
            }
          ]
        }
      },
      [[...x], [...y]],
      element.current!
    )
    plot.current = made
    const canvas = document.createElement("canvas")
    canvas.className = "plot-over"
    made.root.querySelector(".u-wrap")!.append(canvas)
    over.current = canvas
    paintOver()
    const observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry!.contentRect.width)
      if (width > 0 && width !== made.width) {
        made.setSize({ width, height })
        paintOver()
      }
    })
    observer.observe(element.current!)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [theme, log, height])

  const isFirst = useRef(true)
  useEffect(() => {
    if (isFirst.current) isFirst.current = false
    else plot.current?.setData([[...x], [...y]])
  }, [draw, x[0], x[1], y[0], y[1]])
  useEffect(paintOver, [drawOver])

  return (
    <div class="drawn-plot">
      <div
        ref={element}
        class="plot"
        role="group"
        aria-roledescription={t`chart`}
        aria-label={label}
        tabIndex={0}
        onKeyDown={props.onKeyDown}
        onClick={props.onClick}
      />
      {children}
    </div>
  )
}

/** Draws, and nothing outside of the axes. */
const inside = (context: CanvasRenderingContext2D, plot: uPlot, draw: Draw): void => {
  const { height, left, top, width } = plot.bbox
  const room = 6 * devicePixelRatio
  context.save()
  context.beginPath()
  context.rect(left - room, top - room, width + 2 * room, height + 2 * room)
  context.clip()
  draw(context, plot, colorOf(plot.root))
  context.restore()
}
