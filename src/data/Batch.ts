/** What the training loop needs of a batch: how many examples it holds. */
export interface Sized {
  readonly size: number
  /** Of a split of unknown length: no example follows. */
  readonly isLast?: boolean
}

/** Numbers side by side, row-major. Integers stay integers. */
export type Values = Float32Array | Int32Array | Uint8Array

/** A single array, or several by name. */
export type Arrays = Values | Readonly<Record<string, Values>>

/** `A` for a single array; for several, `A` by their names, each optional. */
type Alike<L, A> = L extends Values ? A : { readonly [N in keyof L & string]?: A }

/**
 * Examples with labels, side by side: `inputs` are [size, ...shape], by name if there are several, and
 * so are `labels`.
 */
export interface LabelledBatch<
  out I extends Arrays = Arrays,
  out L extends Arrays = Arrays
> extends Sized {
  readonly inputs: I
  readonly labels: L
  /** How much each example counts in the loss and the metrics, [size], 0 or more. */
  readonly weights?: Alike<L, Float32Array>
  /** Which labels count, one entry for each label: 0 for padding, else 1. */
  readonly masks?: Alike<L, Uint8Array>
}

/** A batch with one input and one label: `inputs` is [size, ...inputShape], `labels` [size, ...labelShape]. */
export type Batch = LabelledBatch<Values, Values>
