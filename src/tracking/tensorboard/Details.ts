import * as Predicate from "effect/Predicate"
import { confusionPicture } from "./ConfusionPicture.js"
import * as Summary from "./Summary.js"

/** With more classes there is nothing to see in a picture of a confusion matrix. */
const mostClasses = 200

/** What TensorBoard shows of a detail of a metric: a confusion matrix as a picture, what is said of each class as a table. */
export const shown = (tag: string, detail: unknown): ReadonlyArray<Summary.Value> => {
  const matrix = matrixIn(detail)
  if (matrix !== null) return [Summary.image(tag, confusionPicture(matrix))]
  const table = tableIn(detail)
  return table === null ? [] : [Summary.text(tag, table)]
}

/** A matrix alone, or as `{ classes, counts }`. */
const matrixIn = (detail: unknown): ReadonlyArray<ReadonlyArray<number>> | null => {
  const rows = Predicate.hasProperty(detail, "counts") ? detail.counts : detail
  if (!Array.isArray(rows) || rows.length === 0 || rows.length > mostClasses) return null
  return rows.every(
    (row) =>
      Array.isArray(row) &&
      row.length === rows.length &&
      row.every((count) => typeof count === "number" && count >= 0)
  )
    ? (rows as ReadonlyArray<ReadonlyArray<number>>)
    : null
}

/** `{ classes, precision, recall, … }` as Markdown, a line for each class, numbered as in the picture. */
const tableIn = (detail: unknown): string | null => {
  if (!Predicate.hasProperty(detail, "classes") || !Array.isArray(detail.classes)) return null
  const { classes, ...rest } = detail as { readonly classes: ReadonlyArray<unknown> }
  const columns = Object.entries(rest).filter(
    (entry): entry is [string, ReadonlyArray<unknown>] =>
      Array.isArray(entry[1]) &&
      entry[1].length === classes.length &&
      entry[1].every(Predicate.isNumber)
  )
  if (columns.length === 0) return null
  const line = (cells: ReadonlyArray<unknown>) => `| ${cells.join(" | ")} |`
  const escape = (name: unknown) =>
    String(name).replaceAll(/[|\\`*_<>[\]\r\n]/g, (c) => `&#${c.charCodeAt(0)};`)
  return [
    line(["", "class", ...columns.map(([name]) => name)]),
    line(["---", "---", ...columns.map(() => "---")]),
    ...classes.map((name, i) =>
      line([i, escape(name), ...columns.map(([, values]) => round(values[i] as number))])
    )
  ].join("\n")
}

const round = (value: number): number => Math.round(value * 1e4) / 1e4
