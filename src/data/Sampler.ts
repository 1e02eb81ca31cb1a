import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import * as Choice from "../config/Choice.js"
import type { DataError } from "./DataError.js"
import type { Rng } from "./Dataset.js"
import { permutation, type Order } from "./Order.js"

/** What a sampler knows of the training split. */
export interface Sampled {
  /** How many examples there are. */
  readonly size: number
  /** The class of each example. Read from all batches once, unless the dataset gives its labels. */
  readonly labels: Effect.Effect<Int32Array, DataError>
}

/**
 * Chooses which examples an epoch trains on, and in what order: `size` indices, repeated ones
 * included. A function of the examples and of what `rng` draws, so that any position of any epoch is
 * found again after an interruption.
 */
export interface Sampler {
  readonly order: (examples: Sampled, rng: Rng) => Effect.Effect<Order, DataError>
  /** Whether it looks at the labels, which then must be one class for each example. */
  readonly readsLabels?: boolean
}

/**
 * Defines a sampler that `training.sampler` can name. `Sampler.oneOf` adds it to a config.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Schema from "effect/Schema"
 * import { Config, Sampler } from "holdfast"
 *
 * // The examples as they are, first to last: a curriculum, say.
 * const sequential = Sampler.define("sequential", {
 *   description: "The examples in the order of the dataset.",
 *   fields: {},
 *   make: () => ({
 *     order: ({ size }) => Effect.succeed(Int32Array.from({ length: size }, (_, i) => i))
 *   })
 * })
 *
 * export const MyConfig = Config.make({
 *   training: { sampler: Sampler.oneOf(sequential, ...Sampler.builtIn) },
 *   model: Schema.Struct({}),
 *   data: Schema.Struct({})
 * })
 * ```
 */
export const define = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  definition: Choice.Definition<Name, Fields, Sampler>
) => Choice.define(name, definition)

/** The field `training.sampler` of a config that can name these samplers; left out, the first of them. */
export const oneOf = <
  const Choices extends readonly [
    Choice.Choice.Any<Sampler>,
    ...ReadonlyArray<Choice.Choice.Any<Sampler>>
  ]
>(
  ...samplers: Choices
) => Choice.oneOf("Which examples an epoch trains on, and in what order.", ...samplers)

/** Each example once, in a new random order every epoch. */
export const shuffle = define("shuffle", {
  description: "Each example once, in a new random order.",
  fields: {},
  make: (): Sampler => ({ order: ({ size }, rng) => permutation(size, rng) })
})

/** Examples of each class equally often, in a random order: those of rare classes are repeated. */
export const classBalanced = define("class_balanced", {
  description:
    "As many examples of each class, to within one, in a random order: those of rare classes are repeated, some of frequent ones left out. An epoch stays as long as with shuffle.",
  fields: {},
  make: (): Sampler => ({
    readsLabels: true,
    order: ({ labels }, rng) => Effect.flatMap(labels, (all) => balanced(all, rng))
  })
})

/** The samplers that `training.sampler` can name unless a pipeline says otherwise, the default first. */
export const builtIn = [shuffle, classBalanced] as const

/**
 * An order of as many examples as there are labels, each class equally often: those of a class in
 * random order, all of them before any of them again. Which classes have one more is drawn too.
 */
export const balanced = Effect.fnUntraced(function* (labels: Int32Array, rng: Rng) {
  const members = new Map<number, Array<number>>()
  labels.forEach((label, example) => {
    const own = members.get(label)
    if (own === undefined) members.set(label, [example])
    else own.push(example)
  })
  const classes = [...members.keys()].toSorted((a, b) => a - b)
  const turns = yield* permutation(classes.length, rng)
  const chosen = new Int32Array(labels.length)
  for (let turn = 0; turn < classes.length; turn++) {
    const own = members.get(classes[turns[turn]!]!)!
    for (let at = turn, drawn = 0; at < chosen.length; drawn = 0) {
      const order = yield* permutation(own.length, rng)
      for (; drawn < own.length && at < chosen.length; drawn++, at += classes.length) {
        chosen[at] = own[order[drawn]!]!
      }
    }
  }
  const order = yield* permutation(chosen.length, rng)
  return order.map((at) => chosen[at]!)
})
