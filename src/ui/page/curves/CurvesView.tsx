import { useState } from "preact/hooks"
import { t } from "../../../language/Text.js"
import { ChartGrid } from "../charts/ChartGrid.js"
import { ChartToolbar } from "../charts/ChartToolbar.js"
import { Empty } from "../components/States.js"
import type { Route } from "../state/Route.js"
import { useNavigation } from "../state/useRoute.js"
import { RunChooser } from "./RunChooser.js"
import { useCurveShortcuts, useDrawnRuns } from "./useDrawnRuns.js"

export type CurvesRoute = Extract<Route, { readonly view: "curves" }>

/** Curves of several runs over each other, a chart a metric. */
export const CurvesView = ({ route }: { readonly route: CurvesRoute }) => {
  const { go } = useNavigation()
  const [hidden, setHidden] = useState<ReadonlyArray<string>>([])
  const drawn = useDrawnRuns(route.ids)
  const change = (part: Partial<CurvesRoute>) => go({ ...route, ...part }, true)
  useCurveShortcuts(route, change)
  return (
    <div class="curves">
      <h1 class="hidden">{t`Curves`}</h1>
      <RunChooser
        runs={drawn}
        hidden={hidden}
        onHide={setHidden}
        onChange={(ids) => change({ ids })}
      />
      <div class="curves-main">
        {route.ids.length > 0 && <ChartToolbar options={route} onChange={change} />}
        {route.ids.length === 0 ? (
          <Empty title={t`Choose runs to draw`} text={t`Up to 32 differ by colour and dashes.`} />
        ) : (
          <ChartGrid
            runs={drawn.filter(({ id }) => !hidden.includes(id))}
            options={route}
            onZoom={(zoom) => change({ zoom })}
          />
        )}
      </div>
    </div>
  )
}
