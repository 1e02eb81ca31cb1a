import { useEffect, useLayoutEffect, useRef } from "preact/hooks"
import uPlot from "uplot"
import type { KeyboardEventHandler } from "preact"
import { t } from "../../../language/Text.js"
import { moveZoom, roundZoom } from "../lib/chartData.js"
import { handleKey } from "../state/handleKey.js"
import type { CurveOptions } from "../state/Route.js"
import { useSettings } from "../state/Settings.js"
import { isDense, type ChartData } from "./Curve.js"
import { plotOptions, type PlotLook } from "./plotOptions.js"
import { touchAsMouse } from "./touchAsMouse.js"

export interface PlotProps extends Omit<PlotLook, "rows" | "showPoints"> {
  readonly data: ChartData
  readonly zoom: CurveOptions["zoom"]
  readonly onZoom: (zoom: CurveOptions["zoom"]) => void
  readonly onCursor: (x: number | null) => void
  /** What the chart shows, for those who do not see it. */
  readonly label: string
}

/**
 * A chart by uPlot. It is made again when what it shows is of another kind; new points only move its
 * lines, so that neither the cursor nor the zoom is lost while a run trains.
 */
export const Plot = (props: PlotProps) => {
  const { axis, data, height, log, marks, sync, unit, zoom } = props
  const { theme } = useSettings()
  const element = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const latest = useRef(props)
  latest.current = props

  const showPoints = !isDense(data.kind) && data.joined.x.length <= 60
  const shape = JSON.stringify([
    theme,
    axis,
    log,
    unit,
    height,
    sync,
    marks,
    showPoints,
    data.rows.map(({ role, run }) => [role, run.name, run.style])
  ])

  useLayoutEffect(() => {
    const made = new uPlot(
      plotOptions(
        element.current!,
        { ...latest.current, rows: data.rows, showPoints },
        {
          onCursor: (x) => latest.current.onCursor(x),
          onSelect: (from, to) => latest.current.onZoom(roundZoom(from, to)),
          onReset: () => latest.current.onZoom(null),
          zoom: () => latest.current.zoom
        }
      ),
      aligned(latest.current.data),
      element.current!
    )
    plot.current = made
    const forget = touchAsMouse(made.over)
    const observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry!.contentRect.width)
      if (width > 0 && width !== made.width) made.setSize({ width, height })
    })
    observer.observe(element.current!)
    return () => {
      forget()
      observer.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [shape])

  useEffect(() => {
    plot.current?.setData(aligned(data))
  }, [data, zoom?.from, zoom?.to])

  const onKeyDown: KeyboardEventHandler<HTMLDivElement> = (event) => {
    const made = plot.current
    const { x } = data.joined
    if (made === null || x.length < 2) return
    const all = { from: x[0]!, to: x.at(-1)! }
    const shown = zoom ?? all
    const left = made.cursor.left ?? -1
    const wide = made.over.clientWidth
    const cursorTo = (at: number) =>
      made.setCursor({ left: Math.min(wide - 1, Math.max(0, at)), top: 10 })
    handleKey(event, {
      ArrowLeft: () =>
        event.shiftKey
          ? props.onZoom(moveZoom(shown, all, { move: -0.25 }))
          : cursorTo((left < 0 ? wide : left) - wide / 60),
      ArrowRight: () =>
        event.shiftKey
          ? props.onZoom(moveZoom(shown, all, { move: 0.25 }))
          : cursorTo(left + wide / 60),
      "+": () => props.onZoom(moveZoom(shown, all, { scale: 0.5 })),
      "=": () => props.onZoom(moveZoom(shown, all, { scale: 0.5 })),
      "-": () => props.onZoom(moveZoom(shown, all, { scale: 2 })),
      Home: () => props.onZoom(null)
    })
  }

  return (
    <div
      ref={element}
      class="plot"
      role="group"
      aria-roledescription={t`chart`}
      aria-label={props.label}
      tabIndex={0}
      onKeyDown={onKeyDown}
    />
  )
}

const aligned = ({ joined }: ChartData): uPlot.AlignedData =>
  [joined.x, ...joined.ys] as unknown as uPlot.AlignedData
