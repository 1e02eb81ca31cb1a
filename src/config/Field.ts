import * as Schema from "effect/Schema"

/** A number of things that there must be. */
export const positiveInt = Schema.Number.pipe(Schema.int(), Schema.greaterThanOrEqualTo(1))

/** A field that may be left out: its schema, what it is then, and what it means. */
export const field = <A, I, const D extends A>(
  schema: Schema.Schema<A, I>,
  fallback: D,
  description: string
) =>
  Schema.optionalWith(schema, { exact: true, default: () => fallback }).annotations({ description })

/** A field that must be given: its schema, and what it means. */
export const required = <A, I>(schema: Schema.Schema<A, I>, description: string) =>
  schema.annotations({ description })

/** What a change of a field does to a run that is resumed: the annotation that `mayChange` sets. */
export const OnResumeId: unique symbol = Symbol.for("holdfast/config/OnResume") as never

/**
 * - `"silent"`: nothing that was learned depends on it.
 * - `"checkpoint"`: the checkpoint's value stays in force.
 */
export type OnResume = "silent" | "checkpoint"

/** A section or field of a config, with or without a default. */
export type Annotated = Schema.Schema.All | Schema.PropertySignature.All

const onResume = <S extends Annotated>(schema: S, value: OnResume): S =>
  (schema as Schema.Schema.Any).annotations({ [OnResumeId]: value }) as unknown as S

/**
 * Marks a field, or a section with all its fields, that may change when a run is resumed: no change
 * of it is reported, since what is learned does not depend on it. Changes of other fields are
 * reported, and the new value takes effect.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Config } from "holdfast"
 *
 * const Logging = Schema.Struct({
 *   log_every: Config.mayChange(Config.field(Schema.Int, 100, "Steps between two log lines."))
 * })
 * ```
 */
export const mayChange = <S extends Annotated>(schema: S): S => onResume(schema, "silent")

/** Marks a field whose value in the checkpoint stays in force; a change of it is reported. */
export const keptOnResume = <S extends Annotated>(schema: S): S => onResume(schema, "checkpoint")

/** The fields, by their paths, that the meaning of a section depends on: an annotation. */
export const DependsOnId: unique symbol = Symbol.for("holdfast/config/DependsOn") as never
