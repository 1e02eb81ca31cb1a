import { refuse } from "../../../io/FormatError.js"
import { Global } from "../../../io/pickle/Globals.js"
import { t } from "../../../language/Text.js"
import { lengthOf, sizeOf, tensor, type SourceTensor, type SourceType } from "../../SourceTensor.js"
import { typeNamed } from "./ElementType.js"

/** Numbers in memory, which tensors are views of. */
export interface TorchStorage {
  readonly type: SourceType | null
  /** How many elements it has; of bytes without a type, how many bytes. */
  readonly count: number
  readonly bytes: () => Uint8Array
}

/** A view of a storage, as PyTorch saves a tensor. */
export class TorchTensor {
  constructor(
    readonly storage: TorchStorage,
    readonly type: SourceType,
    readonly offset: number,
    readonly shape: ReadonlyArray<number>,
    readonly strides: ReadonlyArray<number>
  ) {}

  /** Its bytes in row-major order. */
  bytes(): Uint8Array {
    const size = sizeOf(this.type)
    const stored = this.storage.bytes()
    const count = lengthOf(this.shape)
    const strides = this.shape.map((_, axis) => lengthOf(this.shape.slice(axis + 1)))
    const isPlain = this.shape.every((length, i) => length < 2 || this.strides[i] === strides[i])
    if (isPlain) return stored.subarray(this.offset * size, (this.offset + count) * size)
    const out = new Uint8Array(count * size)
    for (let i = 0; i < count; i++) {
      const from = this.shape.reduce(
        (sum, length, axis) =>
          sum + (Math.floor(i / strides[axis]!) % length) * this.strides[axis]!,
        this.offset
      )
      out.set(stored.subarray(from * size, (from + 1) * size), i * size)
    }
    return out
  }
}

/** The failure of a pickle whose tensors contradict themselves. */
export const bad = (detail: string) => refuse("Damaged", t`the tensors of the pickle`, detail)

/** Whether a value of a pickle can be a length or an offset. */
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0

/** The tensor that a call to `_rebuild_tensor` makes. */
export const rebuild = (
  storage: unknown,
  offset: unknown,
  shape: unknown,
  strides: unknown,
  dtype?: unknown
) => {
  if (!isStorage(storage) || !isCount(offset)) return bad(t`a tensor has no storage`)
  const type = dtype instanceof Global ? typeNamed(dtype.name) : storage.type
  if (type === undefined || type === null) return bad(t`a tensor has an unknown element type`)
  if (
    !isShape(shape) ||
    !isShape(strides) ||
    shape.length !== strides.length ||
    shape.length > 32
  ) {
    return bad(t`a tensor has no shape`)
  }
  const count = lengthOf(shape)
  const elements = storage.type === null ? Math.floor(storage.count / sizeOf(type)) : storage.count
  const last =
    count === 0 ? 0 : shape.reduce((sum, one, i) => sum + (one - 1) * strides[i]!, offset + 1)
  // A tensor may repeat elements, by a stride of 0: a few bytes would fill memory.
  return last > elements || count > elements
    ? bad(t`a tensor of [${shape}] does not lie in its storage of ${elements} elements`)
    : new TorchTensor(storage, type, offset, shape, strides)
}

const isShape = (value: unknown): value is ReadonlyArray<number> =>
  Array.isArray(value) && value.every(isCount)

const isStorage = (value: unknown): value is TorchStorage =>
  typeof value === "object" && value !== null && "count" in value && "bytes" in value

/** A tensor of PyTorch, as a tensor of any file. */
export const sourceOf = (
  name: string,
  place: Pick<SourceTensor, "module" | "parameter">,
  one: TorchTensor
): SourceTensor => tensor({ name, ...place, shape: one.shape }, one.type, () => one.bytes())
