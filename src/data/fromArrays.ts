import * as Effect from "effect/Effect"
import { paced } from "../io/EventLoop.js"
import { t } from "../language/Text.js"
import { examplesOf, statisticsOf, type Part } from "./arrays/examplesOf.js"
import type { NdArray, Read } from "./arrays/NdArray.js"
import {
  arraysOf,
  differenceOf,
  mismatch,
  nameThem,
  readSource,
  type AnyArrays,
  type ArraysOf,
  type Classes,
  type Given,
  type LabelArray,
  type Source
} from "./arrays/Source.js"
import type { LabelledBatch, Values } from "./Batch.js"
import type { DataError } from "./DataError.js"
import type { Dataset, Rng, SplitName } from "./Dataset.js"
import { hashing } from "./fingerprint.js"
import type { Field, LabelField, Normalization } from "./Layout.js"
import * as Split from "./Split.js"

type BatchOf<X, Y> = LabelledBatch<
  X extends NdArray
    ? Values
    : X extends object
      ? { readonly [N in keyof X & string]: Values }
      : never,
  Y extends LabelArray
    ? Values
    : Y extends object
      ? { readonly [N in keyof Y & string]: Values }
      : never
>

/** What is said of examples in memory, beside the arrays. */
export interface Description<in out X, in out Y> {
  readonly name?: string
  /**
   * How examples are divided, see `Split`, or the split of each. Default: a tenth validates and a tenth
   * tests, drawn at random.
   */
  readonly split?: Split.SplitOption | ReadonlyArray<SplitName>
  /** Of labels that are classes; where labels are texts, by default those that occur, sorted. */
  readonly classes?: Given<Classes>
  /** The model sees `x × scale + offset`, as floats. */
  readonly normalization?: Given<Normalization>
  /** The model sees `(x − mean) / std` by the training split, column by column of the last dimension. */
  readonly standardize?: boolean
  /**
   * Changes an example of training in place, by random numbers that it draws from `rng` alone; it gets
   * a copy.
   */
  readonly augment?: (
    example: { readonly inputs: BatchOf<X, Y>["inputs"]; readonly labels: BatchOf<X, Y>["labels"] },
    rng: Rng
  ) => void
}

/** All examples, to be divided; or those of each split, where what is left out is taken from `train`. */
export type ArraysOptions<X extends Given<NdArray>, Y extends Given<LabelArray>> = Description<
  X,
  Y
> &
  (
    | (ArraysOf<X, Y> & { readonly train?: never })
    | {
        readonly train: ArraysOf<X, Y>
        readonly validation?: ArraysOf<NoInfer<X>, NoInfer<Y>>
        readonly test?: ArraysOf<NoInfer<X>, NoInfer<Y>>
        readonly x?: never
      }
  )

/**
 * A dataset of arrays in memory: typed arrays, nested lists or tensors, of which the first dimension
 * counts the examples. Splits them and computes the fingerprint. Typed arrays are used as they are, not
 * copied: leave them unchanged.
 *
 * Fails with `DataError` where arrays do not go together, where a number is NaN or infinite, where a label
 * is none of the classes, and where a split is empty; the error names the array and the example.
 *
 * @example
 * ```ts
 * import { Dataset, Split } from "holdfast"
 *
 * declare const images: Uint8Array // [count, 28, 28, 1]
 * declare const digits: Uint8Array // [count]
 *
 * export const mnist = Dataset.fromArrays({
 *   x: { data: images, shape: [digits.length, 28, 28, 1] },
 *   y: digits,
 *   classes: 10,
 *   normalization: { scale: 1 / 255, offset: 0 },
 *   split: Split.random.make({ stratify: true })
 * })
 * ```
 */
export const fromArrays = <const X extends Given<NdArray>, const Y extends Given<LabelArray>>(
  options: ArraysOptions<X, Y>
): Effect.Effect<Dataset<BatchOf<X, Y>>, DataError> =>
  Effect.gen(function* () {
    const { classes, name = "arrays", standardize = false } = options
    const parts = options.train === undefined ? { train: options } : partsOf(options)
    const known = new Map<string, ReadonlyArray<string>>()
    const sources: Partial<Record<SplitName, Source>> = {}
    for (const [split, part] of Object.entries(parts)) {
      const path = options.train === undefined ? "" : `${split}.`
      sources[split as SplitName] = yield* readSource(path, part, classes, known)
    }
    const train = sources.train!
    for (const [split, source] of Object.entries(sources)) {
      const differs = differenceOf(train, source)
      if (differs !== null)
        yield* mismatch(`${split}.${differs}`, t`has another shape or type than that of train`)
    }
    const splits = yield* divide(options, sources)
    const normalizations = nameThem(options.normalization)
    const inputs = [...train.inputs].map(
      ([key, array]) => [key, fieldOf(array, normalizations.get(key))] as const
    )
    const labels = [...train.labels].map(([key, { shape }]): readonly [string, LabelField] => [
      key,
      {
        shape,
        ...(known.has(key) && { classes: known.get(key)! }),
        ...(train.weights.has(key) && { weighted: true }),
        ...(train.masks.has(key) && { masked: true })
      }
    ])
    const standardization = standardize ? yield* statisticsOf(train, splits.train.indices) : null
    const hash = hashing()
    const pause = paced()
    hash.add({ inputs, labels })
    for (const split of Split.names) {
      const { indices, source } = splits[split]
      hash.add([split, split in sources])
      hash.add(indices)
      for (const array of split in sources ? arraysOf(source) : []) {
        for (let at = 0; at < array.length; at += hashedAtOnce) {
          hash.add(array.subarray(at, at + hashedAtOnce))
          yield* pause
        }
      }
    }
    const examples = (split: SplitName) =>
      examplesOf(splits[split], standardization, split === "train" ? options.augment : undefined)
    const [input, label] = [inputs[0]!, labels[0]!]
    const dataset = {
      name,
      fingerprint: hash.end(),
      ...(input[0] === ""
        ? {
            inputShape: input[1].shape,
            ...(input[1].dtype && { inputType: input[1].dtype }),
            ...(input[1].normalization && { normalization: input[1].normalization })
          }
        : { inputs: Object.fromEntries(inputs) }),
      ...(label[0] === ""
        ? { ...withoutShape(label[1]), labelShape: label[1].shape, classes: label[1].classes ?? [] }
        : { labels: Object.fromEntries(labels) }),
      ...(standardization && { preprocessing: { kind: "standardize", ...standardization } }),
      train: examples("train"),
      validation: examples("validation"),
      test: examples("test")
    }
    return dataset as unknown as Dataset<BatchOf<X, Y>>
  })

const hashedAtOnce = 1 << 21

const partsOf = ({
  test,
  train,
  validation
}: { readonly [S in SplitName]?: AnyArrays | undefined }): Readonly<Record<string, AnyArrays>> => ({
  train: train!,
  ...(validation && { validation }),
  ...(test && { test })
})

/** The examples of each split: those that are given apart, else some of those to train on. */
const divide = (
  { split = Split.random.make() }: Pick<Description<unknown, unknown>, "split">,
  sources: { readonly [S in SplitName]?: Source }
) =>
  Effect.gen(function* () {
    const { groups, labels, size } = sources.train!
    const [label] = labels.size === 1 ? [...labels.values()] : []
    const isClass =
      label !== undefined && label.shape.length === 0 && !(label.values instanceof Float32Array)
    const needed = Split.names.filter((name) => name === "train" || !(name in sources))
    const all = (count: number) => Int32Array.from({ length: count }, (_, i) => i)
    const divided: Partial<Record<SplitName, Int32Array>> =
      needed.length === 1
        ? { train: all(size) }
        : yield* Split.indices(
            isNames(split) ? Split.given(split) : split,
            {
              size,
              keyOf: (i) => i,
              ...(groups && { groupOf: (i: number) => groups[i]! }),
              ...(isClass && { classOf: (i: number) => label.values[i]! })
            },
            { needed }
          )
    const part = (name: SplitName): Part => {
      const own = name === "train" ? undefined : sources[name]
      return own === undefined
        ? { source: sources.train!, indices: divided[name]! }
        : { source: own, indices: all(own.size) }
    }
    return { train: part("train"), validation: part("validation"), test: part("test") }
  })

const isNames = (
  split: Split.SplitOption | ReadonlyArray<SplitName>
): split is ReadonlyArray<SplitName> => Array.isArray(split)

const fieldOf = ({ shape, values }: Read, normalization: Normalization | undefined): Field => ({
  shape,
  ...(values instanceof Int32Array && { dtype: "int32" as const }),
  ...(values instanceof Uint8Array && { dtype: "uint8" as const }),
  ...(normalization && { normalization })
})

const withoutShape = ({ shape: _shape, ...others }: LabelField) => others
