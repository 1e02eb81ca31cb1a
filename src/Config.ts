import * as Schema from "effect/Schema"
import type * as Types from "effect/Types"
import { schemaField, trainingFields } from "./config/TrainingConfig.js"
import * as Sampler from "./data/Sampler.js"
import * as Metric from "./training/metric/index.js"
import { GradientClip } from "./training/optimizer/Clip.js"
import * as Optimizer from "./training/Optimizer.js"
import * as Scheduler from "./training/Scheduler.js"
import { builtIn } from "./tracking/BuiltIn.js"
import { listOf } from "./tracking/RunObserver.js"

export { decode, type Origin } from "./config/DecodeConfig.js"
export { field, mayChange } from "./config/Field.js"
export { jsonSchema, jsonSchemaText, type JsonSchema } from "./config/JsonSchema.js"

const description = "How to train, when to save, and where to resume from."

/** The fields of `training` in every config that does not replace them. */
const fields = {
  ...trainingFields,
  optimizer: Optimizer.oneOf(...Optimizer.builtIn),
  gradient_clip: GradientClip,
  scheduler: Scheduler.oneOf(...Scheduler.builtIn),
  metrics: Metric.listOf(...Metric.builtIn),
  sampler: Sampler.oneOf(...Sampler.builtIn),
  observers: listOf(...builtIn)
}
const training = Schema.Struct(fields).annotations({ description })

// Interfaces, since an error of the compiler shows them by name, and other types field by field.
export interface Training extends Schema.Schema.Type<typeof training> {}
export interface TrainingEncoded extends Schema.Schema.Encoded<typeof training> {}

/** The `training` section with the built-in optimizers and schedules: how to train and when to save. */
export const Training: Schema.Schema<Training, TrainingEncoded> = training

/** A configuration of a pipeline that adds only its `model` and `data`. */
export interface Config<out Model, out Data> {
  /** The JSON Schema of the file, for editors; means nothing to a run. */
  readonly $schema?: string
  readonly training: Training
  readonly model: Model
  readonly data: Data
}

/** The same, as a file holds it. */
export interface ConfigEncoded<out Model, out Data> {
  readonly $schema?: string
  readonly training: TrainingEncoded
  readonly model: Model
  readonly data: Data
}

/** The sections of a config: fields for `training`, and a schema for each other section. */
export interface Sections {
  /** Fields that `training` has beside its own, or instead of them, such as `optimizer`. */
  readonly training?: Schema.Struct.Fields
  readonly model: Section
  readonly data: Section
  readonly [name: string]: Section | Schema.Struct.Fields | undefined
}

/** A further section: a schema, or a field that may be left out. */
export type Section = Schema.Schema.AnyNoContext | Schema.PropertySignature.All

type Fields<S extends Sections> = S["training"] extends Schema.Struct.Fields ? S["training"] : {}
type Others<S extends Sections> = { readonly [K in Exclude<keyof S, "training">]: S[K] & Section }

/** A configuration with sections and `training` fields of its own. */
export type ConfigOf<S extends Sections> = Types.Simplify<
  { readonly $schema?: string; readonly training: TrainingOf<Fields<S>> } & Schema.Struct.Type<
    Others<S>
  >
>

/** The same, as a file holds it. */
export type EncodedOf<S extends Sections> = Types.Simplify<
  {
    readonly $schema?: string
    readonly training: TrainingEncodedOf<Fields<S>>
  } & Schema.Struct.Encoded<Others<S>>
>

type TrainingOf<F extends Schema.Struct.Fields> = Types.Simplify<
  Omit<Training, keyof F> & Schema.Struct.Type<F>
>
type TrainingEncodedOf<F extends Schema.Struct.Fields> = Types.Simplify<
  Omit<TrainingEncoded, keyof F> & Schema.Struct.Encoded<F>
>

/**
 * The schema of a pipeline's configuration: `model` and `data`, further sections, and fields that
 * `training` has beside its own. Unless `mayChange` marks it, a change of a field is reported when a
 * run is resumed.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Config, Optimizer } from "holdfast"
 *
 * export const MyConfig = Config.make({
 *   training: {
 *     optimizer: Optimizer.oneOf(Optimizer.sgd, Optimizer.adamw),
 *     log_every: Config.mayChange(Config.field(Schema.Int, 100, "Steps between two log lines."))
 *   },
 *   model: Schema.Struct({ units: Schema.Int }),
 *   data: Schema.Struct({ file: Schema.String }),
 *   augment: Schema.Struct({ noise: Schema.Number })
 * })
 * export interface MyConfig extends Schema.Schema.Type<typeof MyConfig> {}
 * ```
 */
export const make: {
  <Model, ModelEncoded, Data, DataEncoded>(sections: {
    readonly model: Schema.Schema<Model, ModelEncoded>
    readonly data: Schema.Schema<Data, DataEncoded>
  }): Schema.Schema<Config<Model, Data>, ConfigEncoded<ModelEncoded, DataEncoded>>
  <const S extends Sections>(sections: S): Schema.Schema<ConfigOf<S>, EncodedOf<S>>
} = ({ training: more, ...sections }: Sections) =>
  Schema.Struct({
    $schema: schemaField,
    training: more === undefined ? training : withFields(more),
    ...sections
  } as Schema.Struct.Fields) as never

const withFields = (more: Schema.Struct.Fields) =>
  Schema.Struct({ ...fields, ...more }).annotations({ description })
