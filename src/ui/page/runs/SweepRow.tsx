import { t } from "../../../language/Text.js"
import type { SweepSummary } from "../../Api.js"
import { countTrials } from "../../SweepCounts.js"
import { Mark } from "../components/Mark.js"
import { Sparkline } from "../components/Sparkline.js"
import { StatusBadge } from "../components/StatusBadge.js"
import { formatAgo, formatInteger, formatMoment, formatNumber } from "../lib/format.js"
import { defaultSweep, formatRoute } from "../state/Route.js"
import { algorithmText, SweepProgress } from "../sweep/SweepHeader.js"

/** A sweep in the table of runs, in the place of its trials, which one click shows. */
export const SweepRow = ({
  isFiltered,
  isOpen,
  matching,
  metrics,
  columns,
  sweep,
  toggle
}: {
  readonly sweep: SweepSummary
  readonly matching: number
  readonly isOpen: boolean
  readonly isFiltered: boolean
  readonly metrics: ReadonlyArray<string>
  readonly columns: ReadonlyArray<string>
  readonly toggle: () => void
}) => {
  const { best, counts, metric, mode } = sweep
  const { ended, known, total } = countTrials(sweep)
  const algorithm = algorithmText(sweep)
  return (
    <tr data-run={sweep.id} data-kind="sweep">
      <td class="cell-select">
        {matching > 0 && (
          <button
            type="button"
            class="disclosure"
            aria-expanded={isOpen}
            aria-label={
              isOpen ? t`hide the trials of ${sweep.name}` : t`show the trials of ${sweep.name}`
            }
            onClick={toggle}
          >
            <Mark shape="M5 3l4 4-4 4" />
          </button>
        )}
      </td>
      <th scope="row" class="cell-name">
        <a href={formatRoute({ view: "sweep", id: sweep.id, ...defaultSweep })}>{sweep.name}</a>
        <div class="cell-sub">
          <span class="path" title={sweep.id}>
            {sweep.id}
          </span>
          <span class="tag" data-kind="sweep">
            {algorithm === "" ? t`sweep` : t`sweep: ${algorithm}`}
          </span>
          {isFiltered && matching < known && (
            <span class="tag">{t`${matching} of ${known} trials match`}</span>
          )}
          {sweep.problem !== null && (
            <span class="tag" data-kind="error" title={sweep.problem}>
              {t`unreadable in part`}
            </span>
          )}
        </div>
      </th>
      <td class="cell-status">
        <StatusBadge status={sweep.state} />
      </td>
      <td class="cell-spark" title={t`best ${metric} so far`}>
        <Sparkline values={sweep.spark} />
      </td>
      <td class="cell-progress">
        <span class="progress-text">
          {formatInteger(ended)}
          <span class="quiet">
            {" "}
            / {t`${formatInteger(total)} trials`}
            {counts.running > 0 && ` · ${t`${counts.running} running`}`}
          </span>
        </span>
        <SweepProgress sweep={sweep} />
      </td>
      <td class="number" data-label={t`Best`}>
        {best === null ? (
          "–"
        ) : (
          <span title={`${metric}, ${mode === "min" ? t`lower is better` : t`higher is better`}`}>
            {formatNumber(best.value)}
          </span>
        )}
      </td>
      {[...metrics, ...columns].map((name) => (
        <td key={name} class="cell-none" />
      ))}
      <td class="cell-none" />
      <td class="number" data-label={t`Started`} title={formatMoment(sweep.startedAt)}>
        {formatAgo(sweep.startedAt, Date.now())}
      </td>
    </tr>
  )
}
