import type { ComponentChildren } from "preact"
import { t } from "../../../language/Text.js"
import { SortHeading } from "../components/SortHeading.js"
import { useRowsOnScroll } from "../components/useRowsOnScroll.js"
import { toggled, type RunsRow } from "../lib/runRows.js"
import { RunRow } from "./RunRow.js"
import type { RunsRoute } from "./RunsView.js"
import { SweepRow } from "./SweepRow.js"

/** Metrics that have a column: those of an epoch that most runs have, the monitored ones first. */
export const metricColumns = (rows: ReadonlyArray<RunsRow>): ReadonlyArray<string> =>
  ["loss", "val_loss", "val_accuracy"].filter((name) =>
    rows.some((row) => row.kind === "run" && name in row.run.latest)
  )

/** Runs, a row each. */
export const RunTable = ({
  change,
  route,
  rows,
  toggle
}: {
  readonly rows: ReadonlyArray<RunsRow>
  readonly route: RunsRoute
  readonly change: (part: Partial<RunsRoute>) => void
  readonly toggle: (id: string) => void
}) => {
  const { end, limit } = useRowsOnScroll(80)
  const metrics = metricColumns(rows)

  const heading = (key: string, text: ComponentChildren, kind: "text" | "number" = "text") => (
    <SortHeading
      {...{ kind, text }}
      isSorted={route.sort === key}
      descending={route.descending}
      first={kind === "number" ? "descending" : "ascending"}
      onSort={(descending) => change({ sort: key, descending })}
    />
  )
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
          {rows
            .slice(0, limit)
            .map((row) =>
              row.kind === "sweep" ? (
                <SweepRow
                  key={`sweep:${row.sweep.id}`}
                  {...row}
                  isFiltered={route.query.trim() !== "" || route.status !== ""}
                  metrics={metrics}
                  columns={route.columns}
                  toggle={() => change({ open: toggled(route.open, row.sweep.id) })}
                />
              ) : (
                <RunRow
                  key={row.run.id}
                  run={row.run}
                  isTrial={row.isTrial}
                  metrics={metrics}
                  columns={route.columns}
                  selected={route.selected.indexOf(row.run.id)}
                  toggle={toggle}
                />
              )
            )}
        </tbody>
      </table>
      <div ref={end} />
    </div>
  )
}
