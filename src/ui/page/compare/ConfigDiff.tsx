import { useState } from "preact/hooks"
import { t } from "../../../language/Text.js"
import type { RunDetail } from "../../Api.js"
import type { DrawnRun } from "../charts/Curve.js"
import { diff } from "../../diff.js"
import { formatField } from "../lib/format.js"
import { CompareTable } from "./CompareTable.js"

/** What the configs of runs have that is not the same; all of it on request. */
export const ConfigDiff = ({
  details,
  runs
}: {
  readonly details: ReadonlyArray<RunDetail>
  readonly runs: ReadonlyArray<DrawnRun>
}) => {
  const [isAll, setAll] = useState(false)
  const rows = diff(details.map(({ summary }) => summary.config))
  const different = rows.filter(({ differs }) => differs)
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t`Config`}</h2>
        <span class="note">{t`${different.length} of ${rows.length} fields differ`}</span>
        <label class="check">
          <input
            type="checkbox"
            checked={isAll}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
          <span>{t`show all`}</span>
        </label>
      </header>
      {(isAll ? rows : different).length === 0 ? (
        <p class="note">{t`The configs are the same.`}</p>
      ) : (
        <CompareTable label={t`Config`} head={t`field`} runs={runs}>
          {(isAll ? rows : different).map(({ differs, name, values }) => (
            <tr key={name} data-differs={differs}>
              <th scope="row" class="path">
                {name}
              </th>
              {values.map((value, i) => (
                <td key={i}>{formatField(value)}</td>
              ))}
            </tr>
          ))}
        </CompareTable>
      )}
    </section>
  )
}
