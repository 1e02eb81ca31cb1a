import { t } from "../../../language/Text.js"
import type { RunDetail } from "../../Api.js"
import { Swatch } from "../charts/ChartCard.js"
import type { DrawnRun } from "../charts/Curve.js"
import { formatBytes, formatNumber } from "../lib/format.js"

/** The checkpoints of runs, beside each other. */
export const CompareCheckpoints = ({
  details,
  runs
}: {
  readonly details: ReadonlyArray<RunDetail>
  readonly runs: ReadonlyArray<DrawnRun>
}) => (
  <section class="chart-group">
    <h2>{t`Checkpoints`}</h2>
    <div class="chart-grid">
      {details.map(({ checkpoints, summary }) => {
        const run = runs.find(({ id }) => id === summary.id)
        return (
          <article class="card" key={summary.id}>
            <h3>
              {run !== undefined && <Swatch run={run} />} {summary.name}
            </h3>
            {checkpoints.length === 0 ? (
              <p class="note">{t`None.`}</p>
            ) : (
              <ul class="lines">
                {checkpoints
                  .slice(0, 12)
                  .map(({ best, bytes, epoch, metric, name, pinned, step, value }) => (
                    <li key={name}>
                      <span>{epoch === null ? name : t`epoch ${epoch}, step ${step ?? 0}`}</span>
                      <span class="quiet">
                        {metric} {formatNumber(value)}
                      </span>
                      <span class="quiet">{formatBytes(bytes)}</span>
                      {best && <span class="tag" data-kind="best">{t`best`}</span>}
                      {pinned && <span class="tag" data-kind="pinned">{t`pinned`}</span>}
                    </li>
                  ))}
              </ul>
            )}
          </article>
        )
      })}
    </div>
  </section>
)
