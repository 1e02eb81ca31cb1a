import { t } from "../../../language/Text.js"
import { ChartGrid } from "../charts/ChartGrid.js"
import { ChartToolbar } from "../charts/ChartToolbar.js"
import { Empty, Failure, Loading } from "../components/States.js"
import { RunChooser } from "../curves/RunChooser.js"
import { useCurveShortcuts, useDrawnRuns } from "../curves/useDrawnRuns.js"
import { useLoaded, useRuns, useStore } from "../data/hooks.js"
import type { Route } from "../state/Route.js"
import { useNavigation } from "../state/useRoute.js"
import { CompareCheckpoints } from "./CompareCheckpoints.js"
import { ConfigDiff } from "./ConfigDiff.js"
import { MetricsDiff } from "./MetricsDiff.js"

export type CompareRoute = Extract<Route, { readonly view: "compare" }>

/** Two runs, or a few more, side by side: config, metrics, curves, checkpoints. */
export const CompareView = ({ route }: { readonly route: CompareRoute }) => {
  const store = useStore()
  const { runs } = useRuns()
  const { go } = useNavigation()
  const drawn = useDrawnRuns(route.ids)
  const change = (part: Partial<CompareRoute>) => go({ ...route, ...part }, true)
  useCurveShortcuts(route, change)
  const { error, reload, value } = useLoaded(
    route.ids.length < 2 ? null : route.ids.join("\n"),
    route.ids,
    (signal) => Promise.all(route.ids.map((id) => store.source.run(id, signal)))
  )
  const chooser = (
    <RunChooser
      runs={drawn}
      hidden={[]}
      onHide={() => undefined}
      onChange={(ids) => change({ ids })}
    />
  )
  const body = () => {
    if (route.ids.length < 2) {
      return (
        <Empty
          title={t`Choose two runs to compare`}
          text={t`Select them in the table of runs and press v, or add them here.`}
        />
      )
    }
    if (value === null) {
      return error === null ? <Loading /> : <Failure error={error} retry={reload} />
    }
    const details = value
      .filter(({ summary }) => route.ids.includes(summary.id))
      .map((detail) => ({
        ...detail,
        summary: runs.find(({ id }) => id === detail.summary.id) ?? detail.summary
      }))
    return (
      <>
        <MetricsDiff details={details} runs={drawn} />
        <ConfigDiff details={details} runs={drawn} />
        <ChartToolbar options={route} onChange={change} />
        <ChartGrid runs={drawn} options={route} onZoom={(zoom) => change({ zoom })} />
        <CompareCheckpoints details={details} runs={drawn} />
      </>
    )
  }
  return (
    <div class="curves">
      <h1 class="hidden">{t`Compare`}</h1>
      {chooser}
      <div class="curves-main">{body()}</div>
    </div>
  )
}
