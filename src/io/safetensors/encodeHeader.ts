import * as Either from "effect/Either"
import { t } from "../../language/Text.js"
import {
  byteLength,
  fail,
  isDimension,
  isHalf,
  maxLength,
  maxRank,
  maxTensors,
  sizeOf,
  type Header,
  type SafetensorsError,
  type TensorInfo,
  type TensorShape
} from "./Header.js"

const alignUp = (length: number): number => Math.ceil(length / 8) * 8

// As the reference writer orders them: wide elements first, which keeps each tensor aligned.
const inOrder = <T extends TensorShape>(tensors: ReadonlyMap<string, T>): Array<[string, T]> =>
  [...tensors].sort(
    ([a, { dtype: x }], [b, { dtype: y }]) => sizeOf(y) - sizeOf(x) || (a < b ? -1 : a > b ? 1 : 0)
  )

/** The header of a file with these tensors, and its bytes. */
export const encodeHeader = (
  metadata: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, TensorShape>
): Either.Either<{ readonly header: Header; readonly bytes: Uint8Array }, SafetensorsError> => {
  const entries: Array<string> = []
  if (tensors.size > maxTensors) {
    return fail("BadHeader", "header", t`${tensors.size} tensors of at most ${maxTensors}`)
  }
  if (metadata.size > 0) {
    const half = [...metadata].find((pair) => pair.some(isHalf))
    if (half !== undefined) return fail("BadMetadata", half[0], t`holds half of a surrogate pair`)
    const pairs = [...metadata].map(
      ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`
    )
    entries.push(`"__metadata__":{${pairs.join(",")}}`)
  }
  const placed: Array<[string, TensorInfo]> = []
  let end = 0
  for (const [name, { dtype, shape }] of inOrder(tensors)) {
    if (name === "__metadata__" || isHalf(name)) {
      return fail("BadTensor", name, t`no tensor can have this name`)
    }
    if (!shape.every(isDimension)) {
      return fail("BadTensor", name, t`the shape [${shape}] is not one of whole numbers`)
    }
    if (shape.length > maxRank) {
      return fail("BadTensor", name, t`${shape.length} dimensions of at most ${maxRank}`)
    }
    const begin = end
    end += byteLength(dtype, shape)
    if (!Number.isSafeInteger(end)) return fail("BadTensor", name, t`[${shape}] is too large`)
    placed.push([name, { dtype, shape, begin, end }])
    entries.push(
      `${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[${begin},${end}]}`
    )
  }
  const json = new TextEncoder().encode(`{${entries.join(",")}}`)
  const length = alignUp(8 + json.length)
  if (length - 8 > maxLength) {
    return fail("BadHeader", "header", t`${length - 8} bytes of at most ${maxLength}`)
  }
  const bytes = new Uint8Array(length).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length - 8), true)
  bytes.set(json, 8)
  const shift = placed.map(([name, info]): [string, TensorInfo] => [
    name,
    { ...info, begin: info.begin + length, end: info.end + length }
  ])
  return Either.right({
    header: { length, fileLength: length + end, metadata, tensors: new Map(shift) },
    bytes
  })
}
