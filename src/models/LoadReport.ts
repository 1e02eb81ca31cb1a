import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"
import { table } from "../terminal/Table.js"

const Shape = Schema.Array(Schema.Int)

/** What a load of weights has done, and what it has not. */
export const LoadReport = Schema.Struct({
  path: Schema.String,
  format: Schema.String,
  /** The SHA-256 of the file. */
  sha256: Schema.String,
  /** The weights that were loaded, the tensors that they come from, and how these were found. */
  loaded: Schema.Array(
    Schema.Struct({
      weight: Schema.String,
      from: Schema.Array(Schema.String),
      by: Schema.Literal("map", "name", "order", "shape")
    })
  ),
  /** Weights of the model that the file does not hold. */
  missing: Schema.Array(Schema.String),
  /** Weights for which several modules of the file would do. */
  ambiguous: Schema.Array(
    Schema.Struct({ weight: Schema.String, modules: Schema.Array(Schema.String) })
  ),
  /** Weights that have other shapes in the file. */
  mismatched: Schema.Array(
    Schema.Struct({ weight: Schema.String, from: Schema.String, shape: Shape, expected: Shape })
  ),
  /** Tensors of the file that no weight takes. */
  unexpected: Schema.Array(Schema.String),
  /** Tensors that were left out on purpose. */
  ignored: Schema.Array(Schema.String),
  /** What makes predictions differ although all weights agree. */
  notes: Schema.Array(Schema.String)
})
export type LoadReport = typeof LoadReport.Type

/** Whether every weight was loaded, and every tensor was used. */
export const isComplete = ({ ambiguous, mismatched, missing, unexpected }: LoadReport): boolean =>
  ambiguous.length + mismatched.length + missing.length + unexpected.length === 0

/** The report in a sentence: `12 weights loaded from x.pth, 2 missing`. */
export const summary = (report: LoadReport): string => {
  const { ambiguous, loaded, mismatched, missing, path, unexpected } = report
  const parts = [
    t`${loaded.length} weights loaded from ${path}`,
    ...(missing.length > 0 ? [t`${missing.length} missing`] : []),
    ...(mismatched.length > 0 ? [t`${mismatched.length} of other shapes`] : []),
    ...(ambiguous.length > 0 ? [t`${ambiguous.length} not certain`] : []),
    ...(unexpected.length > 0 ? [t`${unexpected.length} unexpected`] : [])
  ]
  return parts.join(", ")
}

const shown = (shape: ReadonlyArray<number>): string => `[${shape.join(", ")}]`

/** What was not loaded, in a table; "" if there is nothing. */
export const problems = (report: LoadReport): string => {
  const rows = [
    ...report.missing.map((weight) => [weight, t`missing`, ""]),
    ...report.mismatched.map(({ expected, from, shape, weight }) => [
      weight,
      t`other shape`,
      t`${from} is ${shown(shape)}, ${shown(expected)} is expected`
    ]),
    ...report.ambiguous.map(({ modules, weight }) => [
      weight,
      t`not certain`,
      t`map one of ${modules.join(", ")}`
    ]),
    ...report.unexpected.map((name) => [name, t`unexpected`, ""])
  ]
  return rows.length === 0 ? "" : table([t`tensor`, t`problem`, ""], rows)
}

/** Every weight and where it comes from, in a table. */
export const details = (report: LoadReport): string =>
  table(
    [t`weight`, t`from`, t`found by`],
    report.loaded.map(({ by, from, weight }) => [weight, from.join(" + "), by])
  )

/** What people read of a report: the sentence, what was not loaded, and what else differs. */
export const text = (report: LoadReport): string => {
  const table = problems(report)
  return [
    summary(report),
    ...(table === "" ? [] : [table]),
    ...report.notes.map((note) => t`note: ${note}`)
  ].join("\n")
}
