import { t } from "../../../language/Text.js"
import type { Trial } from "../../Api.js"
import { formatField, formatNumber } from "../lib/format.js"
import type { SweepPart } from "./SweepPart.js"
import { TrialBadge, trialStateText } from "./TrialStyle.js"

/** A trial in a line of text. */
export const trialLine = (trial: Trial, metric: string): string =>
  trial.value === null
    ? t`trial ${trial.number}, ${trialStateText(trial.state)}`
    : t`trial ${trial.number}, ${metric} ${formatNumber(trial.value)}`

/** A value of a parameter, as short as it is plain. */
export const formatParameter = (value: unknown): string =>
  typeof value === "number" ? formatNumber(value) : formatField(value)

const wide = 250

/** What one wants to know of the trial that one points at, beside the point (in pixels of its box). */
export const TrialTip = ({
  part: { axes, detail },
  trial,
  width,
  x,
  y
}: {
  readonly part: SweepPart
  readonly trial: Trial
  readonly x: number
  readonly y: number
  readonly width: number
}) => (
  <div
    class="trial-tip"
    aria-hidden="true"
    style={{
      left: `${x + 16 + wide < width ? x + 16 : Math.max(0, x - 16 - wide)}px`,
      top: `${Math.max(0, y - 40)}px`,
      width: `${wide}px`
    }}
  >
    <p>
      <strong>{t`Trial ${trial.number}`}</strong>
      <TrialBadge state={trial.state} />
    </p>
    <dl class="pairs">
      <div>
        <dt>{detail.summary.metric}</dt>
        <dd>
          <strong>{formatNumber(trial.value)}</strong>
        </dd>
      </div>
      <div>
        <dt>{t`epoch`}</dt>
        <dd>
          {trial.epoch} / {trial.epochs}
        </dd>
      </div>
      {axes.slice(0, -1).map(({ label, path }) => (
        <div key={path}>
          <dt>{label}</dt>
          <dd>{formatParameter(trial.parameters[path])}</dd>
        </div>
      ))}
      {trial.fork !== null && (
        <div>
          <dt>{t`forked from`}</dt>
          <dd>{t`trial ${trial.fork.trial}, epoch ${trial.fork.epoch}`}</dd>
        </div>
      )}
    </dl>
  </div>
)
