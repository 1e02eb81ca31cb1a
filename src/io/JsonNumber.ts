import * as Schema from "effect/Schema"

const Special = Schema.Literal("NaN", "Infinity", "-Infinity")

/**
 * A number that JSON preserves: NaN and the infinities, which JSON lacks, are written as the strings
 * that Python's `float()` reads.
 */
export const JsonNumber: Schema.Schema<number, number | typeof Special.Type> = Schema.transform(
  Schema.Union(Schema.JsonNumber, Special),
  Schema.Number,
  {
    strict: true,
    decode: Number,
    encode: (value) =>
      Number.isNaN(value)
        ? "NaN"
        : value === Infinity
          ? "Infinity"
          : value === -Infinity
            ? "-Infinity"
            : value
  }
)
