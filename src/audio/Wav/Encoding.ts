import * as Either from "effect/Either"
import { t } from "../../language/Text.js"
import type { Format } from "./Chunks.js"
import { WavError } from "./WavError.js"

/** How one sample is stored: its bytes, and how to read it as a number of full scale ±1. */
export interface Encoding {
  readonly bytesPerSample: number
  /** How many of the bytes, the lowest, are no part of the sample, and zero. */
  readonly padding: number
  readonly read: (data: DataView, at: number) => number
}

const tags = { pcm: 1, float: 3, aLaw: 6, muLaw: 7 }

const tagNames: Readonly<Record<number, string>> = {
  2: t`Microsoft ADPCM`,
  17: "IMA ADPCM",
  49: "GSM 6.10",
  80: "MPEG",
  85: "MP3"
}

/**
 * The encoding of a format. PCM of a depth that is no whole number of bytes is left-justified in
 * them, and so is read like the next larger one; so is PCM in a container of more bytes than it
 * needs. Many writers get the declared block size wrong: a container is only believed in where the
 * declared bytes a second say the same, and what else goes against the depth is refused.
 */
export const findEncoding = (format: Format): Either.Either<Encoding, WavError> => {
  const { bits, blockSize, bytesPerSecond, channels, sampleRate, tag } = format
  const packed = packedEncoding(format)
  if (packed === undefined) {
    const held = tagNames[tag] ?? t`${bits}-bit samples of format ${tag}`
    const detail = t`holds ${held}: convert it to 16-bit PCM`
    return Either.left(new WavError({ reason: "Unsupported", detail }))
  }
  const packedSize = packed.bytesPerSample * channels
  const agrees = (size: number) => bytesPerSecond === (sampleRate * size) % 2 ** 32
  if (blockSize <= packedSize || agrees(packedSize)) return Either.right(packed)
  const container = tag === tags.pcm && agrees(blockSize) ? pcm[blockSize / channels] : undefined
  return container === undefined
    ? Either.left(ambiguous(format, t`which do not go together`))
    : Either.right({ ...container, padding: container.bytesPerSample - packed.bytesPerSample })
}

/** A header that can be read in more than one way. */
export const ambiguous = (format: Format, detail: string): WavError => {
  const { bits, blockSize, bytesPerSecond, channels } = format
  const of = channels === 1 ? t`1 channel of ${bits} bits` : t`${channels} channels of ${bits} bits`
  return new WavError({
    reason: "BadHeader",
    detail: t`declares ${of}, ${blockSize} bytes a block and ${bytesPerSecond} a second, ${detail}: convert it to 16-bit PCM`
  })
}

const packedEncoding = ({ bits, tag }: Format): Encoding | undefined =>
  tag === tags.pcm
    ? pcm[Math.ceil(bits / 8)]
    : tag === tags.float
      ? float[bits]
      : tag === tags.aLaw && bits === 8
        ? aLaw
        : tag === tags.muLaw && bits === 8
          ? muLaw
          : undefined

const encoding = (bytesPerSample: number, read: Encoding["read"]): Encoding => ({
  bytesPerSample,
  padding: 0,
  read
})

/** By bytes a sample; 8-bit PCM is unsigned. */
const pcm: Readonly<Record<number, Encoding>> = {
  1: encoding(1, (data, at) => (data.getUint8(at) - 128) / 128),
  2: encoding(2, (data, at) => data.getInt16(at, true) / 32_768),
  3: encoding(
    3,
    (data, at) => ((data.getInt8(at + 2) << 16) | data.getUint16(at, true)) / 8_388_608
  ),
  4: encoding(4, (data, at) => data.getInt32(at, true) / 2_147_483_648)
}

/** By bits a sample. */
const float: Readonly<Record<number, Encoding>> = {
  32: encoding(4, (data, at) => data.getFloat32(at, true)),
  64: encoding(8, (data, at) => data.getFloat64(at, true))
}

const table = (expand: (code: number) => number): Encoding => {
  const values = Float64Array.from({ length: 256 }, (_, code) => expand(code) / 32_768)
  return encoding(1, (data, at) => values[data.getUint8(at)]!)
}

/** ITU-T G.711 µ-law: inverted bits; sign, 3 bits of exponent, 4 of mantissa; a bias of 132. */
const muLaw = table((code) => {
  const bits = ~code & 0xff
  const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132
  return bits & 128 ? -magnitude : magnitude
})

/** ITU-T G.711 A-law: every second bit inverted; a set sign bit is positive. */
const aLaw = table((code) => {
  const bits = code ^ 0x55
  const exponent = (bits >> 4) & 7
  const mantissa = ((bits & 15) << 4) + 8
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1)
  return bits & 128 ? magnitude : -magnitude
})
