import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import type { Features } from "../Windows.js"

/**
 * The features of a corpus in one piece of bytes: `holdfast-features-1`, a newline, the sha256 of
 * all that follows in hexadecimal digits, a newline, a header of JSON, padded with spaces to a
 * multiple of four, a newline, and the features as 32-bit floats in the machine's own order.
 */
export type Pack = Uint8Array

const magic = "holdfast-features-1\n"
const digestLength = 64
const headerStart = magic.length + digestLength + 1

const Header = Schema.parseJson(
  Schema.Struct({
    parameters: Schema.String,
    entries: Schema.Array(Schema.Tuple(Schema.String, Schema.NonNegativeInt))
  })
)

export const encode = (features: ReadonlyMap<string, Features>, parameters: string): Pack => {
  const entries = [...features]
  const header = Schema.encodeSync(Header)({
    parameters,
    entries: entries.map(([key, values]) => [key, values.length] as const)
  })
  const unpadded = headerStart + Buffer.byteLength(header) + 1
  const body = Buffer.concat([
    Buffer.from(`${header}${" ".repeat((4 - (unpadded % 4)) % 4)}\n`),
    ...entries.map(([, { buffer, byteOffset, byteLength }]) =>
      Buffer.from(buffer, byteOffset, byteLength)
    )
  ])
  return Buffer.concat([Buffer.from(`${magic}${digestOf(body)}\n`), body])
}

/** The features of a pack that is whole and made with the same parameters, else why not. */
export const decode = (
  pack: Pack,
  parameters: string
): Either.Either<ReadonlyMap<string, Features>, string> =>
  Either.gen(function* () {
    const bytes = Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength)
    if (bytes.toString("latin1", 0, magic.length) !== magic) {
      return yield* Either.left("it is no file of features")
    }
    const digest = bytes.toString("latin1", magic.length, headerStart - 1)
    if (digest !== digestOf(bytes.subarray(headerStart))) {
      return yield* Either.left("it is damaged")
    }
    const headerEnd = bytes.indexOf("\n", headerStart)
    const header = yield* Either.mapLeft(
      Schema.decodeEither(Header)(bytes.toString("utf8", headerStart, headerEnd)),
      () => "its header makes no sense"
    )
    if (header.parameters !== parameters) {
      return yield* Either.left("it holds the features of other parameters")
    }
    const values = floats(bytes.subarray(headerEnd + 1))
    const features = new Map<string, Features>()
    let at = 0
    for (const [key, length] of header.entries) {
      features.set(key, values.subarray(at, (at += length)))
    }
    return features
  })

const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** Views the bytes as floats, which needs a copy only where they are not aligned. */
const floats = (bytes: Uint8Array): Float32Array => {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  return new Float32Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / 4))
}
