import { t } from "../../../language/Text.js"
import type { Parent } from "../../Api.js"
import { positionText, Progress, shareDone } from "../components/Progress.js"
import { StatusBadge } from "../components/StatusBadge.js"
import { Tags } from "../components/Tags.js"
import { formatAgo, formatDuration, formatMoment, formatPercent } from "../lib/format.js"
import { defaultCurves, defaultSweep, formatRoute } from "../state/Route.js"
import { RunActions } from "./RunActions.js"
import type { RunPart } from "./RunView.js"

/** The name of a run, how it stands, how far it is, and what can be done with it. */
export const RunHeader = (part: RunPart) => {
  const { detail } = part
  const { summary } = detail
  const share = shareDone(summary)
  return (
    <section class="run-head">
      <div class="run-title">
        <h1>{summary.name}</h1>
        <StatusBadge status={summary.status} />
        <Tags tags={summary.tags} />
        <RunActions {...part} />
      </div>
      <p class="run-sub">
        <span class="path">{summary.id}</span>
        {summary.pipeline !== null && <span>{summary.pipeline}</span>}
        <span title={formatMoment(summary.startedAt)}>
          {t`started ${formatAgo(summary.startedAt, Date.now())}`}
        </span>
        {summary.host !== null && (
          <span>{[summary.host, summary.backend].filter(Boolean).join(" · ")}</span>
        )}
        {summary.sweep !== null && (
          <span>
            {t`trial of`}{" "}
            <a href={formatRoute({ view: "sweep", id: summary.sweep, ...defaultSweep })}>
              {summary.sweep}
            </a>
          </span>
        )}
        {summary.parent !== null && <ParentLink parent={summary.parent} />}
      </p>
      {summary.problem !== null && (
        <p class="banner" data-kind="error">
          {summary.problem}
        </p>
      )}
      {detail.log.hasPartialLine && (
        <p class="banner">{t`The last line of the log is incomplete, as after a kill, and left out.`}</p>
      )}
      <div class="run-progress">
        <Progress run={summary} />
        <p>
          <strong>{positionText(summary)}</strong>
          {share !== null && <span>{formatPercent(share, 0)}</span>}
          {detail.secondsLeft !== null && (
            <span>{t`${formatDuration(detail.secondsLeft)} left`}</span>
          )}
          <span>{t`${formatDuration(summary.seconds)} of training`}</span>
        </p>
      </div>
    </section>
  )
}

/** The checkpoint of another run that this one was started from. */
const ParentLink = ({ parent: { epoch, id, path, step } }: { readonly parent: Parent }) => (
  <span>
    {t`resumed from`}{" "}
    {id === null ? (
      <span class="path">{path}</span>
    ) : (
      <a href={formatRoute({ view: "run", id, tab: "overview", ...defaultCurves })} title={path}>
        {id}
      </a>
    )}
    {epoch !== null && `, ${t`epoch ${epoch}, step ${step ?? 0}`}`}
  </span>
)
