import * as Schema from "effect/Schema"
import type { LabelledBatch, Sized, Values } from "./Batch.js"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** The numbers of an array. Bytes are images, say; with a `normalization` the model sees floats. */
export const DType = Schema.Literal("float32", "int32", "uint8")
export type DType = typeof DType.Type

/** What the model sees of a number `x`: the float32 nearest to `x × scale + offset`. */
export const Normalization = Schema.Struct({ scale: Schema.Number, offset: Schema.Number })
export type Normalization = typeof Normalization.Type

/**
 * One input: its shape without the batch dimension, and its numbers (default: float32). Without a
 * `normalization` the model sees the numbers as they are, integers as int32.
 */
export const Field = Schema.Struct({
  shape: Schema.Array(Schema.Int),
  dtype: optional(DType),
  normalization: optional(Normalization)
})
export type Field = typeof Field.Type

/**
 * One label: its shape without the batch dimension ([] for one number), and the names of its classes,
 * by label; left out or empty for quantities. If it is `weighted`, each batch gives a weight for each
 * example; if it is `masked`, a mask that says which of its labels count.
 */
export const LabelField = Schema.Struct({
  shape: Schema.Array(Schema.Int),
  classes: optional(Schema.Array(Schema.String)),
  weighted: optional(Schema.Boolean),
  masked: optional(Schema.Boolean)
})
export type LabelField = typeof LabelField.Type

/** How a dataset declares a single input. */
export interface SingleInput {
  readonly inputShape: ReadonlyArray<number>
  /** Default: float32. */
  readonly inputType?: DType
  readonly normalization?: Normalization
}

/** How a dataset declares a single label. */
export interface SingleLabel {
  readonly labelShape: ReadonlyArray<number>
  /** The names of the classes, by label; empty for a regression. */
  readonly classes: ReadonlyArray<string>
  readonly weighted?: boolean
  readonly masked?: boolean
}

/** How a dataset declares inputs by name: those of the model's input layers. */
export interface NamedInputs<N extends string = string> {
  readonly inputs: Readonly<Record<N, Field>>
}

/** How a dataset declares labels by name: those of the model's output layers. */
export interface NamedLabels<N extends string = string> {
  readonly labels: Readonly<Record<N, LabelField>>
}

type InputLayout<I> = I extends Values
  ? SingleInput
  : I extends Readonly<Record<infer N extends string, Values>>
    ? NamedInputs<N>
    : unknown

type LabelLayout<L> = L extends Values
  ? SingleLabel
  : L extends Readonly<Record<infer N extends string, Values>>
    ? NamedLabels<N>
    : unknown

/** What a dataset with batches `B` has to declare of their arrays; nothing for a custom batch. */
export type LayoutOf<B> = (B extends { readonly inputs: infer I } ? InputLayout<I> : unknown) &
  (B extends { readonly labels: infer L } ? LabelLayout<L> : unknown)

/** What any dataset may declare. */
export type AnyLayout = Partial<SingleInput & SingleLabel & NamedInputs & NamedLabels & Described>

/** How inputs are made, for those who use the model elsewhere. */
export interface Described {
  /**
   * How an input is made of what a user has, as JSON that every checkpoint and every export records:
   * the features of a recording, the mean and the deviation of a column. Its `kind` names it.
   */
  readonly preprocessing?: Readonly<Record<string, unknown>>
}

/** Every array of a batch, declared; the name of a single one is null. */
export interface Layout {
  readonly inputs: ReadonlyArray<Field & { readonly name: string | null }>
  readonly labels: ReadonlyArray<LabelField & { readonly name: string | null }>
}

/** What a dataset declares of its batches' arrays, single or by name. */
export const layoutOf = (dataset: AnyLayout): Layout => {
  const known = layouts.get(dataset)
  if (known !== undefined) return known
  const layout = {
    inputs: dataset.inputs === undefined ? singleInput(dataset) : named(dataset.inputs),
    labels: dataset.labels === undefined ? singleLabel(dataset) : named(dataset.labels)
  }
  layouts.set(dataset, layout)
  return layout
}

// Asked for with every batch.
const layouts = new WeakMap<AnyLayout, Layout>()

const named = <A extends object>(fields: Readonly<Record<string, A>>) =>
  Object.entries(fields).map(([name, field]) => ({ ...field, name }))

const singleInput = ({ inputShape, inputType, normalization }: AnyLayout): Layout["inputs"] =>
  inputShape === undefined
    ? []
    : [
        {
          name: null,
          shape: inputShape,
          ...(inputType && { dtype: inputType }),
          ...(normalization && { normalization })
        }
      ]

const singleLabel = ({ classes, labelShape, masked, weighted }: AnyLayout): Layout["labels"] =>
  labelShape === undefined
    ? []
    : [
        {
          name: null,
          shape: labelShape,
          ...(classes && { classes }),
          ...(masked && { masked }),
          ...(weighted && { weighted })
        }
      ]

/** How many numbers an example has of such a shape. */
export const lengthOf = (shape: ReadonlyArray<number>): number =>
  shape.reduce((product, length) => product * length, 1)

/** One array of `arrays`, which are a single one or several by name. */
export const arrayOf = <A extends Values>(
  arrays: A | Readonly<Record<string, A | undefined>> | undefined,
  name: string | null
): A | undefined =>
  name === null || arrays === undefined
    ? (arrays as A | undefined)
    : (arrays as Readonly<Record<string, A | undefined>>)[name]

/** The arrays of a batch's inputs; none if they are of a custom kind. */
export const inputArrays = (batch: Sized): ReadonlyArray<Values> => {
  if (!isLabelled(batch)) return []
  const { inputs } = batch
  return ArrayBuffer.isView(inputs) ? [inputs] : Object.values(inputs)
}

/** The mask of a label, if it has one. */
export const masksOf = (
  { masks }: LabelledBatch,
  { name }: Layout["labels"][number]
): Uint8Array | undefined => arrayOf<Uint8Array>(masks, name)

/** The weights of the examples for a label, if it has any. */
export const weightsOf = (
  { weights }: LabelledBatch,
  { name }: Layout["labels"][number]
): Float32Array | undefined => arrayOf<Float32Array>(weights, name)

/** Whether a batch holds inputs and labels, as an objective compares them. */
export const isLabelled = (batch: Sized): batch is LabelledBatch =>
  "inputs" in batch && "labels" in batch
