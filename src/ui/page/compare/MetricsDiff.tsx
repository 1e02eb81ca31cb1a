import { t } from "../../../language/Text.js"
import type { RunDetail } from "../../Api.js"
import type { DrawnRun } from "../charts/Curve.js"
import { diff } from "../../diff.js"
import { formatDuration, formatNumber } from "../lib/format.js"
import { CompareTable } from "./CompareTable.js"

/** The difference of a second value from a first, with its sign. */
const change = (first: unknown, second: unknown): string => {
  if (typeof first !== "number" || typeof second !== "number") return ""
  const by = second - first
  return by === 0 ? "0" : `${by > 0 ? "+" : "−"}${formatNumber(Math.abs(by), 3)}`
}

/** What runs have measured last. */
export const MetricsDiff = ({
  details,
  runs
}: {
  readonly details: ReadonlyArray<RunDetail>
  readonly runs: ReadonlyArray<DrawnRun>
}) => {
  const isPair = details.length === 2
  const rows = diff(details.map(({ summary }) => summary.latest))
  const bests = details.map(({ summary }) => summary.best)
  const bestName = bests.find((best) => best !== null)?.metric
  return (
    <section class="card">
      <h2>{t`Metrics`}</h2>
      <CompareTable
        label={t`Metrics`}
        head={t`latest`}
        runs={runs}
        {...(isPair && { more: t`difference` })}
      >
        {bestName !== undefined && (
          <tr>
            <th scope="row">{t`best ${bestName}`}</th>
            {bests.map((best, i) => (
              <td key={i}>
                {best?.metric === bestName ? (
                  <>
                    {formatNumber(best.value)} <span class="quiet">{t`epoch ${best.epoch}`}</span>
                  </>
                ) : (
                  "–"
                )}
              </td>
            ))}
            {isPair && <td class="number">{change(bests[0]?.value, bests[1]?.value)}</td>}
          </tr>
        )}
        {rows.map(({ differs, name, values }) => (
          <tr key={name} data-differs={differs}>
            <th scope="row">{name}</th>
            {values.map((value, i) => (
              <td key={i}>{formatNumber(value)}</td>
            ))}
            {isPair && <td class="number">{change(values[0], values[1])}</td>}
          </tr>
        ))}
        <tr>
          <th scope="row">{t`time`}</th>
          {details.map(({ summary }) => (
            <td key={summary.id}>{formatDuration(summary.seconds)}</td>
          ))}
          {isPair && <td />}
        </tr>
      </CompareTable>
    </section>
  )
}
