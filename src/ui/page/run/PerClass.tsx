import { useState } from "preact/hooks"
import { t } from "../../../language/Text.js"
import type { ClassScore } from "../lib/classification.js"
import { formatNumber, formatPercent } from "../lib/format.js"

type Column = "name" | "support" | "precision" | "recall" | "f1"

const order = (one: ClassScore, other: ClassScore, column: Column): number =>
  column === "name"
    ? one.name.localeCompare(other.name, undefined, { numeric: true })
    : (one[column] ?? 2) - (other[column] ?? 2)

/** Precision, recall and F1 of each class, the weakest first. */
export const PerClass = ({ scores }: { readonly scores: ReadonlyArray<ClassScore> }) => {
  const [sort, setSort] = useState<Column>("f1")
  const [isDescending, setDescending] = useState(false)
  const columns: ReadonlyArray<readonly [Column, string]> = [
    ["name", t`Class`],
    ["precision", t`Precision`],
    ["recall", t`Recall`],
    ["f1", t`F1`],
    ["support", t`Examples`]
  ]
  const sorted = [...scores].sort((one, other) => (isDescending ? -1 : 1) * order(one, other, sort))
  return (
    <section class="card">
      <h2>{t`Each class`}</h2>
      <div
        class="table-scroll"
        data-size="tall"
        tabIndex={0}
        role="region"
        aria-label={t`Each class`}
      >
        <table class="classes">
          <thead>
            <tr>
              {columns.map(([column, text]) => (
                <th
                  key={column}
                  scope="col"
                  data-kind={column === "name" ? "text" : "number"}
                  aria-sort={
                    sort === column ? (isDescending ? "descending" : "ascending") : undefined
                  }
                >
                  <button
                    type="button"
                    onClick={() => {
                      setDescending(sort === column && !isDescending)
                      setSort(column)
                    }}
                  >
                    {text}
                    <span class="sort" aria-hidden="true">
                      {sort === column ? (isDescending ? "↓" : "↑") : ""}
                    </span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.map((score) => (
              <tr key={score.name}>
                <th scope="row">{score.name}</th>
                {(["precision", "recall", "f1"] as const).map((column) => (
                  <td class="number" key={column}>
                    <span class="share">
                      <span class="share-bar" aria-hidden="true">
                        <span style={{ width: `${(score[column] ?? 0) * 100}%` }} />
                      </span>
                      {formatPercent(score[column])}
                    </span>
                  </td>
                ))}
                <td class="number">{formatNumber(score.support)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
