import type { RunDetail, XAxis } from "../../Api.js"
import { ChartGrid } from "../charts/ChartGrid.js"
import { ChartToolbar } from "../charts/ChartToolbar.js"
import { useCurveShortcuts, useDrawnRuns } from "../curves/useDrawnRuns.js"
import type { RunPart } from "./RunView.js"

/** Where the run was resumed, on an axis of steps. */
export const resumeMarks = ({ processes }: RunDetail, x: XAxis): ReadonlyArray<number> =>
  x === "step" ? processes.flatMap(({ from }) => (from === null ? [] : [from.global_step])) : []

/** Every curve of a run. */
export const RunCurves = ({ change, detail, route }: RunPart) => {
  const drawn = useDrawnRuns([detail.summary.id])
  useCurveShortcuts(route, change)
  return (
    <>
      <ChartToolbar options={route} onChange={change} />
      <ChartGrid
        runs={drawn}
        options={route}
        onZoom={(zoom) => change({ zoom })}
        marks={resumeMarks(detail, route.x)}
      />
    </>
  )
}
