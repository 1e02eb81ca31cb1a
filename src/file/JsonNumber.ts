import * as Schema from "effect/Schema"

const special = Schema.transformLiterals(
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY]
)

/**
 * A number that survives JSON: NaN and the infinities, for which JSON has no notation, are written
 * as the strings that Python's `float()` reads.
 */
export const JsonNumber: Schema.Schema<number, number | "NaN" | "Infinity" | "-Infinity"> =
  Schema.Union(Schema.JsonNumber, special)
