import { t } from "../../../language/Text.js"
import type { Confusion } from "../lib/classification.js"
import { cellColor } from "../lib/cellColor.js"
import { formatNumber, formatPercent } from "../lib/format.js"
import { useSettings } from "../state/Settings.js"

/** Above so many classes a cell has no room for its number: it is in its title, and the matrix scrolls. */
const readable = 30

/** How often each class is taken for each other: a row for what is so, a column for what is guessed. */
export const ConfusionMatrix = ({ confusion }: { readonly confusion: Confusion }) => {
  const { theme } = useSettings()
  const { classes, epoch, matrix, split } = confusion
  const isReadable = classes.length <= readable
  const supports = matrix.map((row) => row.reduce((sum, count) => sum + count, 0))
  const total = supports.reduce((sum, count) => sum + count, 0)
  const right = matrix.reduce((sum, row, i) => sum + row[i]!, 0)
  return (
    <section class="card" data-span={classes.length > 14 ? "all" : undefined}>
      <h2>{t`Confusion matrix`}</h2>
      <p class="note">
        {t`${split}, epoch ${epoch}: ${formatNumber(right)} of ${formatNumber(total)} are right, ${formatPercent(total > 0 ? right / total : null)}. Rows are labels, columns are guesses.`}
      </p>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={t`Confusion matrix`}>
        <table
          class="matrix"
          data-size={isReadable ? (classes.length > 14 ? "dense" : "roomy") : "tiny"}
        >
          <thead>
            <tr>
              <th scope="col">
                <span class="hidden">{t`label`}</span>
              </th>
              {classes.map((name, i) => (
                <th key={i} scope="col" title={name}>
                  <span>{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.map((row, label) => (
              <tr key={label}>
                <th scope="row" title={classes[label]}>
                  {classes[label]}
                </th>
                {row.map((count, guess) => {
                  const share = supports[label]! > 0 ? count / supports[label]! : 0
                  const { ground, ink } = cellColor(share, label === guess, theme)
                  return (
                    <td
                      key={guess}
                      style={{ background: ground, color: ink }}
                      title={t`${classes[label]} taken for ${classes[guess]}: ${formatNumber(count)}, ${formatPercent(share)}`}
                    >
                      {isReadable && count > 0 ? formatNumber(count, 3) : ""}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
