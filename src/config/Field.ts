import * as Schema from "effect/Schema"

/** A field that may be left out: its schema, what it is then, and what it means. */
export const field = <A, I, const D extends A>(
  schema: Schema.Schema<A, I>,
  fallback: D,
  description: string
) =>
  Schema.optionalWith(schema, { exact: true, default: () => fallback }).annotations({ description })
