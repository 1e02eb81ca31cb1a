import { t } from "../../language/Text.js"
import * as Jpeg from "./Jpeg.js"
import type { Pixels } from "./Pixels.js"
import * as Png from "./Png.js"

/** Which code decodes images. JPEG allows for differences of a step or two of 255 between decoders. */
export type DecoderName = "javascript" | "sharp"

/** Decodes the bytes of an image; rejects with an `ImageProblem`. */
export type Decode = (bytes: Uint8Array) => Promise<Pixels>

/** Why an image cannot be used: the end of a sentence that its name begins. */
export class ImageProblem extends Error {}

/** What is too large is refused before anything of it is decoded. */
export interface Limits {
  readonly pixels: number
  readonly bytes: number
}

export const limits: Limits = { pixels: 1 << 26, bytes: 1 << 26 }

/** The ends of the names of images. */
export const endings = /\.(png|jpe?g)$/i

/** So many bytes of a file say how large its image is, or nearly always. */
export const headBytes = 1 << 16

/** What is wrong with a file of so many bytes; null: nothing. */
export const tooLong = (bytes: number): string | null =>
  bytes > limits.bytes ? t`has ${bytes} bytes, more than ${limits.bytes}` : null

/** What is wrong with a file of so many bytes, by its first; null: nothing that these can say. */
export const problemOf = (head: Uint8Array, bytes: number): string | null => {
  if (bytes === 0) return t`is empty`
  const long = tooLong(bytes)
  if (long !== null) return long
  const isPng = Png.isPng(head)
  if (!isPng && !Jpeg.isJpeg(head)) return t`is neither PNG nor JPEG`
  const size = isPng ? Png.sizeOf(head) : Jpeg.sizeOf(head)
  // The profiles and previews of a JPEG file may come before its size.
  if (size === null) return isPng || head.length === bytes ? t`is truncated` : null
  const [width, height] = size
  if (width === 0 || height === 0) return t`has no pixels`
  return width * height > limits.pixels
    ? t`declares ${width} × ${height} pixels, more than ${limits.pixels}`
    : null
}

const checked =
  (decode: (bytes: Uint8Array) => Pixels | Promise<Pixels>): Decode =>
  async (bytes) => {
    const problem = problemOf(bytes, bytes.length) ?? scansProblem(bytes)
    if (problem !== null) throw new ImageProblem(problem)
    try {
      return await decode(bytes)
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      throw new ImageProblem(t`cannot be decoded: ${detail}`)
    }
  }

const scansProblem = (bytes: Uint8Array): string | null => {
  const scans = Jpeg.isJpeg(bytes) ? Jpeg.scansOf(bytes) : 0
  return scans > Jpeg.mostScans ? t`has ${scans} scans, more than ${Jpeg.mostScans}` : null
}

/** Decodes PNG here and JPEG by jpeg-js, which run everywhere. */
const javascript = async (): Promise<Decode> => {
  const jpegJs = await import("jpeg-js")
  return checked((bytes) =>
    Png.isPng(bytes) ? Png.decode(bytes) : Jpeg.decode(jpegJs, bytes, limits.pixels)
  )
}

/** As much of sharp as is used. */
interface Sharp {
  (bytes: Uint8Array, options: object): Sharp
  readonly removeAlpha: () => Sharp
  readonly toColourspace: (name: string) => Sharp
  readonly raw: () => Sharp
  readonly toBuffer: (options: { readonly resolveWithObject: true }) => Promise<{
    readonly data: Uint8Array
    readonly info: { readonly width: number; readonly height: number; readonly channels: number }
  }>
}

/** Decodes by sharp. */
const bySharp = async (): Promise<Decode> => {
  const name = "sharp"
  const { default: sharp } = (await import(name)) as { readonly default: Sharp }
  return checked(async (bytes) => {
    // A color profile does not count, as it does not for the other decoder.
    const options = { limitInputPixels: limits.pixels, failOn: "truncated", ignoreIcc: true }
    const { data, info } = await sharp(bytes, options)
      .toColourspace("srgb")
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const { channels, height, width } = info
    const rgb =
      channels === 3
        ? new Uint8Array(data)
        : Uint8Array.from(
            { length: 3 * width * height },
            (_, i) => data[Math.floor(i / 3) * channels]!
          )
    return { width, height, data: rgb }
  })
}

const decoders = { javascript, sharp: bySharp }
const loaded = new Map<DecoderName, Promise<Decode>>()

/** The decoder of a name, loaded once; rejects where it is not installed. */
export const decoderOf = (name: DecoderName): Promise<Decode> => {
  const known = loaded.get(name) ?? decoders[name]()
  loaded.set(name, known)
  return known
}
