import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { t } from "../../language/Text.js"
import * as DType from "./DType.js"
import type { SafetensorsErrorReason } from "./SafetensorsError.js"
import { SafetensorsError } from "./SafetensorsError.js"
import * as JsonLimits from "../JsonLimits.js"
import { oddities } from "./UniqueKeys.js"

/** A tensor to be written: its element type and shape. */
export interface TensorShape {
  readonly dtype: DType.DType
  readonly shape: ReadonlyArray<number>
}

/** A tensor of a file: `begin` and `end` count bytes from the start of the file. */
export interface TensorInfo extends TensorShape {
  readonly begin: number
  readonly end: number
}

/** What a safetensors file says of itself. Tensors are in the order of their bytes. */
export interface Header {
  /** How many bytes come before the first tensor: 8 for the length, then the JSON. */
  readonly length: number
  /** How many bytes the file has. */
  readonly fileLength: number
  readonly metadata: ReadonlyMap<string, string>
  readonly tensors: ReadonlyMap<string, TensorInfo>
}

/** The longest header that the format allows, without its 8 bytes of length. */
export const maxLength = 100_000_000

/** More tensors than this no file of ours has, and none is read. */
export const maxTensors = 100_000

/** Nor has a tensor more dimensions. */
export const maxRank = 32

// Names, and the fields of entries, are one level deep, shapes and offsets two; with some to spare
// for `__metadata__`.
const limits = { depth: 3, values: (maxRank + 8) * maxTensors }

const fail = (reason: SafetensorsErrorReason, where: string, detail: string) =>
  Either.left(new SafetensorsError({ reason, where, detail }))

const alignUp = (length: number): number => Math.ceil(length / 8) * 8

// Half of a surrogate pair has no UTF-8: other readers refuse it.
const isHalf = (text: string): boolean => /\p{Surrogate}/u.test(text)

const isHalfText = (value: unknown): boolean => typeof value === "string" && isHalf(value)

const isDimension = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0)

// As the reference writer orders them: wide elements first, which keeps each tensor aligned.
const inOrder = <T extends TensorShape>(tensors: ReadonlyMap<string, T>): Array<[string, T]> =>
  [...tensors].sort(
    ([a, { dtype: x }], [b, { dtype: y }]) =>
      DType.size(y) - DType.size(x) || (a < b ? -1 : a > b ? 1 : 0)
  )

/** Lays out a file: its header, and the header's bytes. */
export const encode = (
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
    end += DType.byteLength(dtype, shape)
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

/** The length of the header, with its first 8 bytes, which are in `bytes`. */
export const lengthOf = (
  bytes: Uint8Array,
  fileLength: number
): Either.Either<number, SafetensorsError> => {
  if (fileLength < 8 || bytes.length < 8) {
    return fail(
      "Truncated",
      "header",
      t`the file has ${fileLength} bytes; a header takes 8 or more`
    )
  }
  const declared = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (declared > maxLength) {
    return fail("BadHeader", "header", t`says it has ${declared} bytes of at most ${maxLength}`)
  }
  const length = 8 + Number(declared)
  return length > fileLength
    ? fail("Truncated", "header", t`ends at byte ${length}, and the file at ${fileLength}`)
    : Either.right(length)
}

const decodeMetadata = (
  value: unknown = {}
): Either.Either<ReadonlyMap<string, string>, SafetensorsError> => {
  if (!Predicate.isRecord(value)) return fail("BadMetadata", "__metadata__", t`is not an object`)
  const entries = Object.entries(value)
  const odd = entries.find(([, text]) => typeof text !== "string")
  return odd === undefined
    ? Either.right(new Map(entries as Array<[string, string]>))
    : fail("BadMetadata", "__metadata__", t`${odd[0]} is not a string`)
}

const decodeTensor = (
  name: string,
  value: unknown,
  length: number
): Either.Either<TensorInfo, SafetensorsError> => {
  if (!Predicate.isRecord(value)) return fail("BadTensor", name, t`its entry is not an object`)
  const { dtype, shape, data_offsets: offsets, ...rest } = value
  const extra = Object.keys(rest)[0]
  if (extra !== undefined) return fail("BadTensor", name, t`has an unknown field ${extra}`)
  if (!DType.isDType(dtype)) return fail("BadTensor", name, t`its element type is not known`)
  if (!Array.isArray(shape) || !shape.every(isDimension)) {
    return fail("BadTensor", name, t`its shape is not an array of whole numbers`)
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isDimension)) {
    return fail("BadOffsets", name, t`its data_offsets are not two whole numbers`)
  }
  const [begin, end] = offsets as [number, number]
  if (shape.length > maxRank) {
    return fail("BadTensor", name, t`has ${shape.length} dimensions of at most ${maxRank}`)
  }
  const size = DType.byteLength(dtype, shape)
  if (size === Infinity) {
    return fail("BadOffsets", name, t`${dtype} [${shape}] is larger than any file`)
  }
  return end - begin === size
    ? Either.right({ dtype, shape, begin: begin + length, end: end + length })
    : fail(
        "BadOffsets",
        name,
        t`takes ${end - begin} bytes, where ${dtype} [${shape}] needs ${size}`
      )
}

const badHeader = (detail: string) => fail("BadHeader", "header", detail)

const decodeText = (bytes: Uint8Array) =>
  Either.try({
    try: () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
    catch: () => t`is not UTF-8`
  })

const parseText = (text: string) =>
  Either.try({
    try: () => JSON.parse(text) as Record<string, unknown>,
    catch: () => t`is not JSON`
  })

/** The JSON of a header, and what is odd in how it is written. */
const parseJson = (bytes: Uint8Array) =>
  Either.gen(function* () {
    const text = yield* Either.orElse(decodeText(bytes), badHeader)
    if (!text.startsWith("{")) return yield* badHeader(t`does not begin with {`)
    const beyond = JsonLimits.beyond(text, limits)
    if (beyond !== undefined) return yield* badHeader(t`has ${beyond}`)
    const value = yield* Either.orElse(parseText(text), badHeader)
    const { fraction, twice } = oddities(text)
    if (twice !== undefined) {
      return yield* fail("DuplicateKey", "header", t`has the name ${twice} twice`)
    }
    // What is UTF-8 holds halves of surrogate pairs in escapes only.
    return { value, fraction, mayHoldHalves: /\\u[dD]/.test(text) }
  })

/** Reads a header from `bytes`, which it fills, in a file of `fileLength` bytes; checks everything. */
export const decode = (
  bytes: Uint8Array,
  fileLength: number
): Either.Either<Header, SafetensorsError> =>
  Either.gen(function* () {
    const length = yield* lengthOf(bytes, fileLength)
    const { fraction, mayHoldHalves, value } = yield* parseJson(bytes.subarray(8, length))
    const metadata = yield* decodeMetadata(value["__metadata__"])
    const infos: Array<[string, TensorInfo]> = []
    for (const [name, entry] of Object.entries(value)) {
      if (name !== "__metadata__") infos.push([name, yield* decodeTensor(name, entry, length)])
    }
    if (infos.length > maxTensors) {
      return yield* fail("BadHeader", "header", t`${infos.length} tensors of at most ${maxTensors}`)
    }
    if (fraction !== undefined) {
      return yield* fail("BadHeader", "header", t`${fraction} is not written as a whole number`)
    }
    const half = mayHoldHalves
      ? [...metadata.entries(), ...infos].flat().find(isHalfText)
      : undefined
    if (half !== undefined) {
      return yield* fail("BadHeader", "header", t`holds half of a surrogate pair`)
    }
    infos.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)
    let end = length
    for (const [name, info] of infos) {
      if (info.begin !== end) {
        const what =
          info.begin < end ? t`overlaps the tensor before it` : t`leaves a hole before it`
        return yield* fail("BadOffsets", name, t`${what}, at byte ${info.begin}`)
      }
      end = info.end
    }
    if (end > fileLength) {
      return yield* fail("Truncated", "data", t`${fileLength} bytes are left of ${end}`)
    }
    if (end < fileLength) {
      return yield* fail("TrailingBytes", "data", t`${fileLength - end} bytes follow byte ${end}`)
    }
    return { length, fileLength, metadata, tensors: new Map(infos) }
  })
