import { t } from "../../../language/Text.js"
import { Command } from "../components/CopyButton.js"
import { formatNumber } from "../lib/format.js"
import { ancestry } from "../lib/trials.js"
import type { SweepPart } from "./SweepPart.js"
import { TrialLink } from "./TrialLink.js"
import { formatParameter } from "./TrialTip.js"

/** The best trial: its parameters, and the command that trains it on. */
export const BestTrial = ({ best, byNumber, detail }: SweepPart) => {
  const { bestCommand, parameters, summary } = detail
  const forkedFrom = best === null ? [] : ancestry(best, byNumber).slice(1)
  return (
    <section class="card" data-span="all" aria-labelledby="sweep-best">
      <header class="card-head">
        <h2 id="sweep-best">{t`Best trial`}</h2>
      </header>
      {best === null ? (
        <p class="note">{t`No trial has a value yet.`}</p>
      ) : (
        <div class="best-trial">
          <p class="best-value">
            <strong>{formatNumber(best.value)}</strong>
            <span>
              {summary.metric} · <TrialLink trial={best} text={t`Trial ${best.number}`} /> ·{" "}
              {t`epoch ${best.epoch} of ${best.epochs}`}
            </span>
            {forkedFrom.length > 0 && (
              <span>
                {t`forked from`}{" "}
                {forkedFrom.map((trial, i) => (
                  <span key={trial.number}>
                    {i > 0 && " ← "}
                    <TrialLink trial={trial} text={String(trial.number)} />
                  </span>
                ))}
              </span>
            )}
          </p>
          <dl class="pairs" data-kind="code">
            {parameters.map(({ path }) => (
              <div key={path}>
                <dt>{path}</dt>
                <dd>{formatParameter(best.parameters[path])}</dd>
              </div>
            ))}
          </dl>
          {bestCommand !== null && (
            <div class="best-command">
              <h3>{t`Train it on`}</h3>
              <Command text={bestCommand} />
            </div>
          )}
        </div>
      )}
    </section>
  )
}
