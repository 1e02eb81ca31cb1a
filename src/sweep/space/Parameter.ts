import * as Schema from "effect/Schema"
import { exp, log } from "../../backends/DeterministicMath.js"
import { positiveInt, required } from "../../config/Field.js"
import { t } from "../../language/Text.js"
import { Json } from "./Json.js"

/** A real number, each equally likely. */
export interface Uniform {
  readonly kind: "uniform"
  readonly low: number
  readonly high: number
  /** How many values a grid takes of it, evenly spaced with both bounds; other searches draw from the full range. */
  readonly steps?: number
}

/** A positive real number whose logarithm is uniform: as likely from 1e-4 to 1e-3 as from 1e-3 to 1e-2. */
export interface LogUniform {
  readonly kind: "log_uniform"
  readonly low: number
  readonly high: number
  /** As of `Uniform`, spaced by equal factors. */
  readonly steps?: number
}

/** An integer, both bounds included. */
export interface Int {
  readonly kind: "int"
  readonly low: number
  readonly high: number
  /** Only low, low + step, low + 2 step … up to high; 1 when left out. */
  readonly step?: number
  /** Whether its logarithm is uniform, instead of itself. */
  readonly log?: boolean
  /** How many values a grid takes of it; all when left out. */
  readonly steps?: number
}

/** One of some JSON values, each equally likely. */
export interface Choice<out A = Json> {
  readonly kind: "choice"
  readonly choices: ReadonlyArray<A>
}

/** What a sweep varies: the values that one field of a config may take, and how likely each is. */
export type Parameter = Uniform | LogUniform | Int | Choice

/** A parameter of numbers, on a scale with an order. */
export type Numeric = Uniform | LogUniform | Int

/** What numbers have beside their bounds. */
interface Steps {
  readonly steps?: number
}

/** A real number from `low` to `high`, each equally likely. */
export const uniform = (low: number, high: number, options?: Steps): Uniform => ({
  kind: "uniform",
  low,
  high,
  ...options
})

/** A positive real number from `low` to `high` whose logarithm is uniform: for learning rates, weight decays. */
export const logUniform = (low: number, high: number, options?: Steps): LogUniform => ({
  kind: "log_uniform",
  low,
  high,
  ...options
})

/** An integer from `low` to `high`, both included. */
export const int = (
  low: number,
  high: number,
  options?: Steps & { readonly step?: number; readonly log?: boolean }
): Int => ({ kind: "int", low, high, ...options })

/** One of `choices`. Population-based training takes their order for one of size. */
export const choice = <const A>(choices: ReadonlyArray<A>): Choice<A> => ({
  kind: "choice",
  choices
})

const number = Schema.Number.pipe(Schema.finite())
const integer = Schema.Number.pipe(
  Schema.int(),
  Schema.between(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
)
const positive = number.pipe(Schema.greaterThan(0))
const optional = <A, I>(schema: Schema.Schema<A, I>, description: string) =>
  Schema.optionalWith(schema, { exact: true }).annotations({ description })
const steps = optional(
  Schema.Number.pipe(Schema.int(), Schema.greaterThanOrEqualTo(2)),
  "How many values a grid takes of it, both bounds among them."
)

interface Wrong {
  readonly path: ReadonlyArray<string>
  readonly message: string
}

/** What is wrong between the bounds of a number. */
const bounds = ({ high, low }: { readonly low: number; readonly high: number }) =>
  low < high
    ? undefined
    : {
        path: ["low"],
        message: t`a number below high, ${high}; for one value, set it in the config`
      }

const real = <Kind extends string>(kind: Kind, bound: Schema.Schema<number>) =>
  Schema.Struct({
    kind: Schema.Literal(kind),
    low: required(bound, "The least value."),
    high: required(bound, "The greatest value."),
    steps
  }).pipe(Schema.filter(bounds))

const UniformSchema: Schema.Schema<Uniform> = real("uniform", number)
const LogUniformSchema: Schema.Schema<LogUniform> = real("log_uniform", positive)

const IntSchema: Schema.Schema<Int> = Schema.Struct({
  kind: Schema.Literal("int"),
  low: required(integer, "The least value."),
  high: required(integer, "The greatest value."),
  step: optional(positiveInt, "Only low, low + step, low + 2 step … up to high; 1 when left out."),
  log: optional(Schema.Boolean, "Whether its logarithm is uniform, instead of itself."),
  steps
}).pipe(
  Schema.filter((int: Int): Wrong | undefined => {
    if (int.log && int.low < 1) return { path: ["low"], message: t`at least 1, where log is true` }
    if (int.log && (int.step ?? 1) !== 1) {
      return { path: ["step"], message: t`nothing, where log is true` }
    }
    return (
      bounds(int) ??
      (int.low + (int.step ?? 1) > int.high
        ? { path: ["step"], message: t`at most high - low, ${int.high - int.low}` }
        : undefined)
    )
  })
)

const ChoiceSchema: Schema.Schema<Choice> = Schema.Struct({
  kind: Schema.Literal("choice"),
  choices: required(Schema.Array(Json).pipe(Schema.minItems(1)), "The values.")
}).pipe(
  Schema.filter(({ choices }): Wrong | undefined => {
    const texts = choices.map((one) => JSON.stringify(one))
    const again = texts.find((text, i) => texts.indexOf(text) < i)
    return again === undefined
      ? undefined
      : { path: ["choices"], message: t`different values; ${again} is there twice` }
  })
)

/** A parameter in JSON: its `kind` and its fields. Refuses bounds that are out of order, and empty choices. */
export const Parameter: Schema.Schema<Parameter> = Schema.Union(
  UniformSchema,
  LogUniformSchema,
  IntSchema,
  ChoiceSchema
)

/** Whether numbers are taken by their logarithm. */
export const isLog = (parameter: Parameter): boolean =>
  parameter.kind === "log_uniform" || (parameter.kind === "int" && parameter.log === true)

/** How many values a parameter has; Infinity for real numbers. */
export const cardinality = (parameter: Parameter): number => {
  switch (parameter.kind) {
    case "choice":
      return parameter.choices.length
    case "int":
      return Math.floor((parameter.high - parameter.low) / (parameter.step ?? 1)) + 1
    default:
      return Infinity
  }
}

/**
 * A number's range on the scale on which it is uniform; that of an integer reaches half a step further on
 * both sides.
 */
export const range = (parameter: Numeric): readonly [low: number, high: number] => {
  const half = parameter.kind === "int" ? (parameter.step ?? 1) / 2 : 0
  const last =
    parameter.kind === "int"
      ? parameter.low + (cardinality(parameter) - 1) * (parameter.step ?? 1)
      : parameter.high
  const [low, high] = [parameter.low - half, last + half]
  return isLog(parameter) ? [log(low), log(high)] : [low, high]
}

/** The value of a number nearest to a point of that scale. */
export const fromScale = (parameter: Numeric, point: number): number => {
  const value = isLog(parameter) ? exp(point) : point
  if (parameter.kind !== "int") return clamp(value, parameter.low, parameter.high)
  const step = parameter.step ?? 1
  const k = clamp(Math.round((value - parameter.low) / step), 0, cardinality(parameter) - 1)
  return parameter.low + k * step
}

/** Where a number's value is on that scale. */
export const toScale = (parameter: Numeric, value: number): number =>
  isLog(parameter) ? log(value) : value

/**
 * The value at `unit`, from [0, 1): equal parts of the unit interval are equally likely. A choice has
 * as many parts as values, in their order.
 */
export const valueAt = (parameter: Parameter, unit: number): Json => {
  if (parameter.kind === "choice") {
    const { choices } = parameter
    return choices[Math.min(Math.floor(unit * choices.length), choices.length - 1)]!
  }
  const [low, high] = range(parameter)
  return fromScale(parameter, low + unit * (high - low))
}

/** Where `value` is in the unit interval: for `valueAt` to return it; the middle of its part for choices and integers. */
export const unitOf = (parameter: Parameter, value: Json): number => {
  if (parameter.kind === "choice")
    return (indexOf(parameter, value) + 0.5) / parameter.choices.length
  const [low, high] = range(parameter)
  return clamp((toScale(parameter, value as number) - low) / (high - low), 0, 1)
}

/** Which of the choices `value` is; -1 for none. */
export const indexOf = ({ choices }: Choice, value: Json): number => {
  const text = JSON.stringify(value)
  return choices.findIndex((one) => JSON.stringify(one) === text)
}

/** The values that a grid takes, in order; undefined for a real number without `steps`. */
export const gridValues = (parameter: Parameter): ReadonlyArray<Json> | undefined => {
  if (parameter.kind === "choice") return parameter.choices
  const count = parameter.steps ?? cardinality(parameter)
  if (count === Infinity) return undefined
  if (parameter.kind === "int" && count >= cardinality(parameter)) {
    const { low, step = 1 } = parameter
    return Array.from({ length: cardinality(parameter) }, (_, i) => low + i * step)
  }
  const [low, high] = [toScale(parameter, parameter.low), toScale(parameter, parameter.high)]
  const values = Array.from({ length: count }, (_, i) =>
    fromScale(parameter, i === count - 1 ? high : low + (i * (high - low)) / (count - 1))
  )
  return [...new Set(values)]
}

const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high)
