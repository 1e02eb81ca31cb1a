import { t } from "../../../language/Text.js"
import type { SweepSummary } from "../../Api.js"
import { countTrials } from "../../SweepCounts.js"
import { Mark } from "../components/Mark.js"
import { StatusBadge } from "../components/StatusBadge.js"
import { formatAgo, formatInteger, formatMoment } from "../lib/format.js"
import { toggled } from "../lib/runRows.js"
import { trialStates } from "../lib/trials.js"
import type { SweepPart } from "./SweepPart.js"
import { trialShapes, trialStateText } from "./TrialStyle.js"

/** The trials of a sweep by their states, as parts of a bar. */
export const SweepProgress = ({ sweep }: { readonly sweep: SweepSummary }) => {
  const { ended, total } = countTrials(sweep)
  if (total === 0) return null
  return (
    <div
      class="progress sweep-progress"
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={ended}
      aria-label={t`trials of ${sweep.name} that have ended`}
    >
      {(["completed", "paused", "running", "failed"] as const).map((state) => (
        <span
          key={state}
          data-state={state}
          style={{ width: `${(100 * sweep.counts[state]) / total}%` }}
        />
      ))}
    </div>
  )
}

/** The algorithm of a sweep, in a few words. */
export const algorithmText = ({ scheduler, search }: SweepSummary): string =>
  [search, scheduler].filter((name) => name !== "" && name !== "none").join(" · ")

/** The name of a sweep, how it stands, and its states to choose trials by. */
export const SweepHeader = ({ change, detail, route }: SweepPart) => {
  const { summary } = detail
  const present = trialStates.filter((state) => summary.counts[state] > 0)
  const toggle = (state: (typeof trialStates)[number]) =>
    change({ states: toggled(route.states, state) })
  return (
    <section class="run-head">
      <div class="run-title">
        <h1>{summary.name}</h1>
        <StatusBadge status={summary.state} />
      </div>
      <p class="run-sub">
        <span class="path">{summary.id}</span>
        {summary.pipeline !== null && <span>{summary.pipeline}</span>}
        <span>{algorithmText(summary)}</span>
        <span>
          {summary.mode === "min" ? t`minimize ${summary.metric}` : t`maximize ${summary.metric}`}
        </span>
        <span>{t`${detail.parallel} in parallel`}</span>
        {summary.startedAt !== null && (
          <span title={formatMoment(summary.startedAt)}>
            {t`started ${formatAgo(summary.startedAt, Date.now())}`}
          </span>
        )}
        <span>{t`${formatInteger(summary.epochs)} epochs trained`}</span>
      </p>
      {summary.problem !== null && (
        <p class="banner" data-kind="error">
          {summary.problem}
        </p>
      )}
      <div class="run-progress">
        <SweepProgress sweep={summary} />
        <div class="state-chips" role="group" aria-label={t`Only trials in these states`}>
          {present.map((state) => (
            <button
              key={state}
              type="button"
              class="chip"
              data-status={state}
              aria-pressed={route.states.includes(state)}
              onClick={() => toggle(state)}
            >
              <Mark shape={trialShapes[state]} />
              {trialStateText(state)} <strong>{summary.counts[state]}</strong>
            </button>
          ))}
          {summary.total !== null && summary.total > detail.trials.length && (
            <span class="note">{t`${summary.total - detail.trials.length} to come`}</span>
          )}
        </div>
      </div>
    </section>
  )
}
