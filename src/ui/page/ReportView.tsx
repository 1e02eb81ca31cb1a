import { useState } from "preact/hooks"
import { t } from "../../language/Text.js"
import type { RunDetail, SweepDetail } from "../Api.js"
import type { ReportData } from "../ReportData.js"
import { ChartGrid } from "./charts/ChartGrid.js"
import { CompareCheckpoints } from "./compare/CompareCheckpoints.js"
import { ConfigDiff } from "./compare/ConfigDiff.js"
import { MetricsDiff } from "./compare/MetricsDiff.js"
import { useDrawnRuns } from "./curves/useDrawnRuns.js"
import { formatMoment } from "./lib/format.js"
import { RunHeader } from "./run/RunHeader.js"
import { tabText, tabView, type RunRoute } from "./run/RunView.js"
import { defaultCurves, defaultSweep, tabs } from "./state/Route.js"
import { SweepParts, type SweepRoute } from "./sweep/SweepView.js"

/** A report: every part of its run, one below the other, as one reads and prints it, and then the others beside it. */
export const ReportView = ({ report }: { readonly report: ReportData }) => {
  const details = report.runs.flatMap(({ id }) => report.details[id] ?? [])
  const [first, ...others] = details
  return (
    <>
      {report.sweep !== undefined && <ReportOfSweep detail={report.sweep} />}
      {first !== undefined && <ReportOfRun detail={first} />}
      {others.length > 0 && <Compared details={details} />}
      <p class="note">
        {t`Made by Holdfast ${report.holdfast} on ${formatMoment(report.createdAt)}.`}
        {report.left_out.length > 0 && ` ${t`Left out: ${report.left_out.join("; ")}`}`}
      </p>
    </>
  )
}

const useOptions = (id: string) => {
  const [route, setRoute] = useState<RunRoute>({
    view: "run",
    id,
    tab: "overview",
    ...defaultCurves
  })
  return {
    route,
    change: (next: Partial<RunRoute>) => setRoute((current) => ({ ...current, ...next }))
  }
}

const ReportOfSweep = ({ detail }: { readonly detail: SweepDetail }) => {
  const [route, setRoute] = useState<SweepRoute>({
    view: "sweep",
    id: detail.summary.id,
    ...defaultSweep
  })
  return (
    <SweepParts
      detail={detail}
      route={route}
      change={(next) => setRoute((current) => ({ ...current, ...next }))}
      open={() => undefined}
    />
  )
}

const ReportOfRun = ({ detail }: { readonly detail: RunDetail }) => {
  const part = { detail, reload: () => undefined, ...useOptions(detail.summary.id) }
  return (
    <>
      <RunHeader {...part} />
      {tabs.map((tab) => (
        <section class="report-part" key={tab}>
          <h2 class="report-title">{tabText(tab)}</h2>
          {tabView(tab, part)}
        </section>
      ))}
    </>
  )
}

const Compared = ({ details }: { readonly details: ReadonlyArray<RunDetail> }) => {
  const drawn = useDrawnRuns(details.map(({ summary }) => summary.id))
  const { change, route } = useOptions("")
  return (
    <section class="report-part">
      <h2 class="report-title">{t`Compare`}</h2>
      <div class="curves-main">
        <MetricsDiff details={details} runs={drawn} />
        <ConfigDiff details={details} runs={drawn} />
        <ChartGrid runs={drawn} options={route} onZoom={(zoom) => change({ zoom })} />
        <CompareCheckpoints details={details} runs={drawn} />
      </div>
    </section>
  )
}
