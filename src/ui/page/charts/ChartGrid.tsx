import { t } from "../../../language/Text.js"
import type { Metric } from "../../Api.js"
import { Empty, Failure, Loading } from "../components/States.js"
import { useLoaded, useStore } from "../data/hooks.js"
import { groupMetrics, type MetricGroup } from "../lib/metricGroups.js"
import type { CurveOptions } from "../state/Route.js"
import { ChartCard } from "./ChartCard.js"
import type { DrawnRun } from "./Curve.js"

const titleOf = (group: MetricGroup["group"]): string => {
  switch (group) {
    case "training":
      return t`Training`
    case "validation":
      return t`Validation`
    case "optimization":
      return t`Optimization`
    case "speed":
      return t`Speed`
    case "system":
      return t`System`
  }
}

/** A chart for every metric that the runs have, in groups. */
export const ChartGrid = ({
  marks = [],
  onZoom,
  options,
  runs
}: {
  readonly runs: ReadonlyArray<DrawnRun>
  readonly options: CurveOptions
  readonly onZoom: (zoom: CurveOptions["zoom"]) => void
  readonly marks?: ReadonlyArray<number>
}) => {
  const store = useStore()
  const ids = runs.map(({ id }) => id)
  const { error, reload, value } = useLoaded(
    ids.length === 0 ? null : ids.join("\n"),
    ids,
    (signal) => store.source.metrics(ids, signal)
  )
  if (value === null) return error === null ? <Loading /> : <Failure error={error} retry={reload} />
  const groups = groupMetrics(value.metrics, options.filter)
  if (groups.length === 0) {
    return options.filter === "" ? (
      <Empty title={t`No curves yet`} text={t`They appear with the first steps of the run.`} />
    ) : (
      <Empty title={t`No metric has this in its name`} text={options.filter} />
    )
  }
  return (
    <>
      {groups.map(({ group, metrics }) => (
        <section class="chart-group" key={group}>
          <h2>{titleOf(group)}</h2>
          <div class="chart-grid">
            {metrics.map((metric: Metric) => (
              <ChartCard key={metric.name} {...{ marks, metric, onZoom, options, runs }} />
            ))}
          </div>
        </section>
      ))}
    </>
  )
}
