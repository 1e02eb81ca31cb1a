import { t } from "../../../language/Text.js"
import { shortLabels } from "../lib/parallel.js"
import { formatPercent } from "../lib/format.js"
import type { SweepPart } from "./SweepPart.js"

/** How much each parameter matters, the most important first. */
export const Importance = ({ detail }: SweepPart) => {
  const { importance, parameters } = detail
  const labels = shortLabels(parameters.map(({ path }) => path))
  const labelOf = (path: string) => labels[parameters.findIndex((one) => one.path === path)] ?? path
  const sorted = [...(importance ?? [])].sort((one, other) => other.value - one.value)
  const most = Math.max(1e-9, ...sorted.map(({ value }) => value))
  return (
    <section class="card" aria-labelledby="sweep-importance">
      <header class="card-head">
        <h2 id="sweep-importance">{t`Importance`}</h2>
        <span class="note">{t`how much each has to do with being among the best trials`}</span>
      </header>
      {importance === null ? (
        <p class="note">{t`It takes 10 trials with different values to say which parameters matter.`}</p>
      ) : (
        <ul class="importance">
          {sorted.map(({ path, value }) => (
            <li key={path}>
              <span class="stage-name" title={path}>
                {labelOf(path)}
              </span>
              <span class="importance-bar" aria-hidden="true">
                <span style={{ width: `${(100 * Math.max(0, value)) / most}%` }} />
              </span>
              <span class="number">{formatPercent(value, 0)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
