import type { ComponentChildren } from "preact"
import { t } from "../../../language/Text.js"
import type { SweepParameter, Trial } from "../../Api.js"
import { SortHeading } from "../components/SortHeading.js"
import { useRowsOnScroll } from "../components/useRowsOnScroll.js"
import { formatNumber } from "../lib/format.js"
import { memo } from "../lib/memo.js"
import { shortLabels } from "../lib/parallel.js"
import { sortTrials } from "../lib/trials.js"
import type { SweepPart } from "./SweepPart.js"
import { TrialLink } from "./TrialLink.js"
import { TrialBadge } from "./TrialStyle.js"
import { formatParameter } from "./TrialTip.js"

/** The trials that are chosen, a row each. */
export const TrialTable = (part: SweepPart) => {
  const { best, change, detail, isChosen, levels, palette, places, point, pointed, route } = part
  const { parameters, summary, trials } = detail
  const { end, limit } = useRowsOnScroll(60)
  const shown = sortTrials(
    trials.filter((_, i) => isChosen[i]),
    route.sort,
    route.descending
  )
  const labels = shortLabels(parameters.map(({ path }) => path))
  const hasForks = trials.some(({ fork }) => fork !== null)
  const hasWorkers = trials.some(({ worker }) => worker !== null)
  const heading = (key: string, text: ComponentChildren, kind: "text" | "number" = "text") => (
    <SortHeading
      {...{ kind, text }}
      isSorted={route.sort === key}
      descending={route.descending}
      onSort={(descending) => change({ sort: key, descending })}
      first={key === "value" && summary.mode === "max" ? "descending" : "ascending"}
    />
  )
  return (
    <section data-span="all" aria-labelledby="sweep-trials">
      <header class="card-head">
        <h2 id="sweep-trials">{t`Trials`}</h2>
        <span class="count">
          {shown.length < trials.length
            ? t`${shown.length} of ${trials.length} trials`
            : t`${trials.length} trials`}
        </span>
      </header>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={t`Table of trials`}>
        <table class="runs trials">
          <thead>
            <tr>
              {heading("number", t`Trial`)}
              {heading("state", t`Status`)}
              {heading("value", summary.metric, "number")}
              {heading("epoch", t`Epochs`, "number")}
              {parameters.map(({ path }, i) =>
                heading(`parameter:${path}`, <span title={path}>{labels[i]}</span>, "number")
              )}
              {hasForks && heading("fork", t`Forked from`)}
              {hasWorkers && heading("worker", t`Worker`)}
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, limit).map((trial) => (
              <Row
                key={trial.number}
                {...{ hasForks, hasWorkers, labels, parameters, point, trial }}
                metric={summary.metric}
                color={palette[levels[places.get(trial.number)!]!] ?? null}
                isBest={trial === best}
                isPointed={pointed === trial}
              />
            ))}
          </tbody>
        </table>
        <div ref={end} />
      </div>
    </section>
  )
}

const PlainRow = ({
  color,
  hasForks,
  hasWorkers,
  isBest,
  isPointed,
  labels,
  metric,
  parameters,
  point,
  trial
}: {
  readonly trial: Trial
  readonly metric: string
  readonly parameters: ReadonlyArray<SweepParameter>
  readonly labels: ReadonlyArray<string>
  readonly color: string | null
  readonly hasForks: boolean
  readonly hasWorkers: boolean
  readonly isBest: boolean
  readonly isPointed: boolean
  readonly point: (trial: Trial | null) => void
}) => (
  <tr
    data-pointed={isPointed}
    onPointerEnter={() => point(trial)}
    onPointerLeave={() => point(null)}
  >
    <th scope="row" class="cell-trial">
      <span class="dot" style={{ background: color ?? "transparent" }} aria-hidden="true" />
      <TrialLink trial={trial} text={t`Trial ${trial.number}`} />
      {isBest && (
        <span class="tag" data-kind="best">
          {t`best`}
        </span>
      )}
      {trial.error !== null && (
        <span class="problem" title={trial.error}>
          {trial.error}
        </span>
      )}
    </th>
    <td class="cell-status">
      <TrialBadge state={trial.state} />
    </td>
    <td class="number" data-label={metric}>
      <strong>{formatNumber(trial.value)}</strong>
    </td>
    <td class="number" data-label={t`Epochs`}>
      {trial.epoch}
      <span class="quiet"> / {trial.epochs}</span>
    </td>
    {parameters.map(({ path }, i) => (
      <td class="number cell-config" key={path} data-label={labels[i]}>
        {formatParameter(trial.parameters[path])}
      </td>
    ))}
    {hasForks && (
      <td data-label={t`Forked from`}>
        {trial.fork === null ? "–" : t`trial ${trial.fork.trial}, epoch ${trial.fork.epoch}`}
      </td>
    )}
    {hasWorkers && <td data-label={t`Worker`}>{trial.worker ?? "–"}</td>}
  </tr>
)

const Row = memo(PlainRow)
