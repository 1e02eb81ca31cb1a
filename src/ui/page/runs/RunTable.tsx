import type { ComponentChildren } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import { t } from "../../../language/Text.js"
import type { RunSummary } from "../../Api.js"
import { RunRow } from "./RunRow.js"
import type { RunsRoute } from "./RunsView.js"

/** Rows that are added as one scrolls: a thousand at once would be slow to lay out. */
const page = 80

/** Metrics that have a column: those of an epoch that most runs have, the monitored ones first. */
export const metricColumns = (runs: ReadonlyArray<RunSummary>): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  for (const run of runs) {
    for (const name of Object.keys(run.latest)) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return ["loss", "val_loss", "val_accuracy"].filter((name) => counts.has(name))
}

/** Runs, a row each. */
export const RunTable = ({
  change,
  route,
  runs,
  toggle
}: {
  readonly runs: ReadonlyArray<RunSummary>
  readonly route: RunsRoute
  readonly change: (part: Partial<RunsRoute>) => void
  readonly toggle: (id: string) => void
}) => {
  const [limit, setLimit] = useState(page)
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setLimit((count) => count + page)
      },
      { rootMargin: "600px" }
    )
    observer.observe(end.current!)
    return () => observer.disconnect()
  }, [])
  const metrics = metricColumns(runs)

  const heading = (key: string, text: ComponentChildren, kind = "text") => {
    const isSorted = route.sort === key
    return (
      <th
        scope="col"
        data-kind={kind}
        aria-sort={isSorted ? (route.descending ? "descending" : "ascending") : undefined}
      >
        <button
          type="button"
          onClick={() =>
            change({ sort: key, descending: isSorted ? !route.descending : kind === "number" })
          }
        >
          {text}
          <span class="sort" aria-hidden="true">
            {isSorted ? (route.descending ? "↓" : "↑") : ""}
          </span>
        </button>
      </th>
    )
  }
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={t`Table of runs`}>
      <table class="runs">
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">{t`select`}</span>
            </th>
            {heading("name", t`Run`)}
            {heading("status", t`Status`)}
            <th scope="col">{t`Loss curve`}</th>
            {heading("progress", t`Progress`)}
            {heading("best", t`Best`, "number")}
            {metrics.map((name) => heading(`metric:${name}`, name, "number"))}
            {route.columns.map((path) =>
              heading(`config:${path}`, <span title={path}>{path.split(".").at(-1)}</span>)
            )}
            {heading("time", t`Time`, "number")}
            {heading("started", t`Started`, "number")}
          </tr>
        </thead>
        <tbody>
          {runs.slice(0, limit).map((run) => (
            <RunRow
              key={run.id}
              run={run}
              metrics={metrics}
              columns={route.columns}
              selected={route.selected.indexOf(run.id)}
              toggle={toggle}
            />
          ))}
        </tbody>
      </table>
      <div ref={end} />
    </div>
  )
}
