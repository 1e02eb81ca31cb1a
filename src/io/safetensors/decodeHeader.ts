import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import { t } from "../../language/Text.js"
import * as JsonLimits from "../JsonLimits.js"
import {
  byteLength,
  fail,
  isDimension,
  isDType,
  isHalf,
  maxLength,
  maxRank,
  maxTensors,
  type Header,
  type SafetensorsError,
  type TensorInfo
} from "./Header.js"

// Names, and the fields of entries, are one level deep, shapes and offsets two; the rest is for
// `__metadata__`.
const limits = { depth: 3, values: (maxRank + 8) * maxTensors }

const isHalfText = (value: unknown): boolean => typeof value === "string" && isHalf(value)

const quote = 0x22
const space = new Set([0x20, 0x09, 0x0a, 0x0d])
const signs = new Set(["+", "-", "."])

/** What `JSON.parse` does not report about JSON text. */
interface Oddities {
  /** The first key that an object holds twice: `JSON.parse` keeps the last. */
  readonly twice?: string
  /** The first number that is not written as a whole number: 4.0 or 4e0, which become 4. */
  readonly fraction?: string
}

/** Finds these in `json`, which must be valid JSON. */
const oddities = (json: string): Oddities => {
  const open: Array<Set<string>> = []
  let fraction: string | undefined
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === 0x7b) open.push(new Set())
    else if (code === 0x7d) open.pop()
    else if (code === quote) {
      const start = at
      at = JsonLimits.endOfString(json, start)
      let after = at + 1
      while (space.has(json.charCodeAt(after))) after++
      if (json[after] !== ":") continue
      const written = json.slice(start + 1, at)
      // Two spellings of a key ("a" and "\u0061") are one key.
      const key = written.includes("\\")
        ? (JSON.parse(json.slice(start, at + 1)) as string)
        : written
      const keys = open.at(-1)
      if (keys?.has(key)) return { twice: key }
      keys?.add(key)
    } else if (fraction === undefined && isFraction(json, at)) {
      fraction = /[-+.\deE]*$/.exec(json.slice(Math.max(0, at - 20), at))![0]
      fraction += /^[-+.\deE]*/.exec(json.slice(at, at + 20))![0]
    }
  }
  return fraction === undefined ? {} : { fraction }
}

/** Whether the character at `at`, outside all strings, belongs to a number but is no digit. */
const isFraction = (json: string, at: number): boolean => {
  const character = json[at]!
  return signs.has(character) || (/[eE]/.test(character) && /\d/.test(json[at - 1] ?? ""))
}

/** The length of the header, including its first 8 bytes, from these. */
export const headerLength = (
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
  if (!isDType(dtype)) return fail("BadTensor", name, t`its element type is not known`)
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
  const size = byteLength(dtype, shape)
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

/** The JSON of a header, with its oddities. */
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
    // UTF-8 has halves of surrogate pairs only in escapes.
    return { value, fraction, mayHoldHalves: /\\u[dD]/.test(text) }
  })

/** Decodes and checks a header, all of `bytes`, in a file of `fileLength` bytes. */
export const decodeHeader = (
  bytes: Uint8Array,
  fileLength: number
): Either.Either<Header, SafetensorsError> =>
  Either.gen(function* () {
    const length = yield* headerLength(bytes, fileLength)
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
