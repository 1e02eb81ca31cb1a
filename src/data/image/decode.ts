import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import * as Jpeg from "./Jpeg.js"
import type { Pixels } from "./Pixels.js"
import * as Png from "./Png.js"

/** Which code decodes images. JPEG allows for differences of a step or two of 255 between decoders. */
export type DecoderName = "javascript" | "sharp"

/** Decodes the bytes of an image; fails with the end of a sentence that its name begins. */
export interface Decoder {
  readonly name: DecoderName
  readonly decode: (bytes: Uint8Array) => Effect.Effect<Pixels, string>
}

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

/** What is wrong with a file of so many bytes, by its first; null: nothing that these can say. */
export const problemOf = (head: Uint8Array, bytes: number): string | null => {
  if (bytes === 0) return t`is empty`
  if (bytes > limits.bytes) return t`has ${bytes} bytes, more than ${limits.bytes}`
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
  (decode: (bytes: Uint8Array) => Effect.Effect<Pixels, string>) => (bytes: Uint8Array) =>
    Effect.suspend(() => {
      const problem = problemOf(bytes, bytes.length)
      return problem === null ? decode(bytes) : Effect.fail(problem)
    })

const damaged = (error: unknown) =>
  t`cannot be decoded: ${error instanceof Error ? error.message : String(error)}`

/** Decodes by fast-png and jpeg-js, which run everywhere. */
export const javascript: Effect.Effect<Decoder> = Effect.gen(function* () {
  const fastPng = yield* Effect.promise(() => import("fast-png"))
  const jpegJs = yield* Effect.promise(() => import("jpeg-js"))
  return {
    name: "javascript",
    decode: checked((bytes) =>
      Effect.try({
        try: () =>
          Png.isPng(bytes) ? Png.decode(fastPng, bytes) : Jpeg.decode(jpegJs, bytes, limits.pixels),
        catch: damaged
      })
    )
  }
})

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

/** Decodes by sharp; fails where that is not installed. */
export const sharp: Effect.Effect<Decoder, string> = Effect.gen(function* () {
  const name = "sharp"
  const { default: sharp } = yield* Effect.tryPromise({
    try: () => import(name) as Promise<{ readonly default: Sharp }>,
    catch: () => t`sharp is not installed; run npm install sharp, or choose "javascript"`
  })
  return {
    name,
    decode: checked((bytes) =>
      Effect.tryPromise({
        try: async () => {
          const { data, info } = await sharp(bytes, {
            limitInputPixels: limits.pixels,
            failOn: "truncated"
          })
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
        },
        catch: damaged
      })
    )
  }
})
