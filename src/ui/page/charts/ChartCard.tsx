import { useMemo, useRef, useState } from "preact/hooks"
import { t } from "../../../language/Text.js"
import type { Finite, Metric } from "../../Api.js"
import { Failure } from "../components/States.js"
import { useLoaded, useStore } from "../data/hooks.js"
import { formatX, nearest } from "../lib/chartData.js"
import { formatValue } from "../lib/format.js"
import type { CurveOptions } from "../state/Route.js"
import { useFrame } from "../state/useFrame.js"
import { chartData, type ChartData, type DrawnRun } from "./Curve.js"
import { Plot } from "./Plot.js"
import { useVisible } from "./useVisible.js"

export interface ChartCardProps {
  readonly metric: Metric
  readonly runs: ReadonlyArray<DrawnRun>
  readonly options: CurveOptions
  readonly onZoom: (zoom: CurveOptions["zoom"]) => void
  readonly height?: number
  readonly sync?: string
  readonly marks?: ReadonlyArray<number>
}

/** A metric of some runs: its chart, and the value of each run at the cursor, or else its last. */
export const ChartCard = ({
  height = 210,
  marks = [],
  metric,
  onZoom,
  options,
  runs,
  sync = "curves"
}: ChartCardProps) => {
  const store = useStore()
  const card = useRef<HTMLElement>(null)
  const { isVisible, width } = useVisible(card)
  const ids = runs.map(({ id }) => id)
  const { x, zoom } = options
  const points = Math.min(1600, Math.max(200, Math.ceil(width / 200) * 200))
  const key = JSON.stringify([ids, metric.name, x, zoom, points])
  const { error, reload, value } = useLoaded(
    isVisible && ids.length > 0 ? key : null,
    ids,
    (signal) => store.source.series({ ids, metrics: [metric.name], x, points, ...zoom }, signal)
  )
  const data = useMemo(
    () => (value === null ? null : chartData(value.series, runs, options.smooth)),
    [value, options.smooth, JSON.stringify(runs)]
  )
  const isEmpty = data !== null && data.rows.length === 0

  return (
    <article class="chart" ref={card}>
      {data === null || isEmpty ? (
        <>
          <header class="chart-head">
            <h3>{metric.name}</h3>
          </header>
          <div class="chart-rest" style={{ height: `${height}px` }}>
            {error !== null ? (
              <Failure error={error} retry={reload} />
            ) : isEmpty ? (
              t`no values yet`
            ) : (
              <span class="skeleton" role="status" aria-label={t`loading`} />
            )}
          </div>
        </>
      ) : (
        <Drawn {...{ data, height, marks, metric, onZoom, options, runs, sync }} />
      )}
    </article>
  )
}

/** A run's value at the cursor, or its last, and what smoothing makes of it. */
const readValue = (
  data: ChartData,
  id: string,
  cursor: number | null
): { readonly value: Finite; readonly smooth: Finite } => {
  const line = data.lines.get(id)
  if (line === undefined) return { value: null, smooth: null }
  const at = cursor === null ? line.y.findLastIndex((one) => one !== null) : nearest(line.x, cursor)
  return { value: line.y[at] ?? null, smooth: line.smooth?.[at] ?? null }
}

const Drawn = ({
  data,
  metric,
  options,
  runs,
  ...rest
}: Required<ChartCardProps> & { readonly data: ChartData }) => {
  const [cursor, setCursor] = useState<number | null>(null)
  const atFrame = useFrame()
  const values = runs
    .filter(({ id }) => data.lines.has(id))
    .map((run) => {
      const { smooth, value } = readValue(data, run.id, cursor)
      return {
        run,
        text: formatValue(value, metric.unit),
        smooth: smooth === null ? "" : formatValue(smooth, metric.unit)
      }
    })
  const all = values.map(({ run, text }) => `${run.name} ${text}`).join(", ")

  return (
    <>
      <header class="chart-head">
        <h3 title={metric.name}>{metric.name}</h3>
        {cursor !== null && (
          <span class="chart-at" aria-hidden="true">
            {formatX(cursor, options.x)}
          </span>
        )}
        {runs.length === 1 && (
          <>
            <span class="legend-smooth" title={t`smoothed`}>
              {values[0]?.smooth}
            </span>
            <strong class="chart-value">{values[0]?.text}</strong>
          </>
        )}
      </header>
      <Plot
        {...rest}
        data={data}
        axis={options.x}
        log={options.log}
        unit={metric.unit}
        zoom={options.zoom}
        label={t`${metric.name}: ${all}`}
        onCursor={(x) => atFrame(() => setCursor(x))}
      />
      {runs.length > 1 && (
        <ul class="legend">
          {values.map(({ run, smooth, text }) => (
            <li key={run.id}>
              <Swatch run={run} />
              <span class="legend-name" title={run.id}>
                {run.name}
              </span>
              <span class="legend-smooth" title={t`smoothed`}>
                {smooth}
              </span>
              <span class="legend-value">{text}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** A piece of a run's line. */
export const Swatch = ({ run }: { readonly run: Pick<DrawnRun, "style"> }) => (
  <svg class="swatch" viewBox="0 0 18 8" aria-hidden="true">
    <line
      x1="1"
      x2="17"
      y1="4"
      y2="4"
      stroke={run.style.color}
      stroke-width="3"
      stroke-linecap="round"
      stroke-dasharray={run.style.dash.map((length) => length / 1.6).join(" ")}
    />
  </svg>
)
