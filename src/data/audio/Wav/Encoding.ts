import * as Either from "effect/Either"
import type { Format } from "./Chunks.js"
import { WavError } from "./WavError.js"

/** How one sample is stored: its bytes, and how to read it as a number of full scale ±1. */
export interface Encoding {
  readonly bytesPerSample: number
  readonly read: (data: DataView, at: number) => number
}

const tags = { pcm: 1, float: 3, aLaw: 6, muLaw: 7 }

const tagNames: Readonly<Record<number, string>> = {
  2: "Microsoft ADPCM",
  17: "IMA ADPCM",
  49: "GSM 6.10",
  80: "MPEG",
  85: "MP3"
}

/**
 * The encoding of a format. PCM of a depth that is no whole number of bytes is left-justified in
 * them, and so is read like the next larger one. The declared block size is not asked, since many
 * writers get it wrong.
 */
export const findEncoding = ({ tag, bits }: Format): Either.Either<Encoding, WavError> => {
  const encoding =
    tag === tags.pcm
      ? pcm[Math.ceil(bits / 8)]
      : tag === tags.float
        ? float[bits]
        : tag === tags.aLaw && bits === 8
          ? aLaw
          : tag === tags.muLaw && bits === 8
            ? muLaw
            : undefined
  return Either.fromNullable(
    encoding,
    () =>
      new WavError({
        reason: "Unsupported",
        detail:
          `holds ${tagNames[tag] ?? `${bits}-bit samples of format ${tag}`}: ` +
          "convert it to 16-bit PCM"
      })
  )
}

/** By bytes a sample; 8-bit PCM is unsigned. */
const pcm: Readonly<Record<number, Encoding>> = {
  1: { bytesPerSample: 1, read: (data, at) => (data.getUint8(at) - 128) / 128 },
  2: { bytesPerSample: 2, read: (data, at) => data.getInt16(at, true) / 32_768 },
  3: {
    bytesPerSample: 3,
    read: (data, at) => ((data.getInt8(at + 2) << 16) | data.getUint16(at, true)) / 8_388_608
  },
  4: { bytesPerSample: 4, read: (data, at) => data.getInt32(at, true) / 2_147_483_648 }
}

/** By bits a sample. */
const float: Readonly<Record<number, Encoding>> = {
  32: { bytesPerSample: 4, read: (data, at) => data.getFloat32(at, true) },
  64: { bytesPerSample: 8, read: (data, at) => data.getFloat64(at, true) }
}

const table = (expand: (code: number) => number): Encoding => {
  const values = Float64Array.from({ length: 256 }, (_, code) => expand(code) / 32_768)
  return { bytesPerSample: 1, read: (data, at) => values[data.getUint8(at)]! }
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
