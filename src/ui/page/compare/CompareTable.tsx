import type { ComponentChildren } from "preact"
import { Swatch } from "../charts/ChartCard.js"
import type { DrawnRun } from "../charts/Curve.js"

/** A table with a column for each run. */
export const CompareTable = ({
  children,
  head,
  label,
  more,
  runs
}: {
  readonly label: string
  readonly head: string
  readonly runs: ReadonlyArray<DrawnRun>
  readonly more?: string
  readonly children: ComponentChildren
}) => (
  <div class="table-scroll" tabIndex={0} role="region" aria-label={label}>
    <table class="compare">
      <thead>
        <tr>
          <th scope="col">{head}</th>
          {runs.map((run) => (
            <th scope="col" key={run.id} title={run.id}>
              <Swatch run={run} /> {run.name}
            </th>
          ))}
          {more !== undefined && (
            <th scope="col" data-kind="number">
              {more}
            </th>
          )}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </div>
)
