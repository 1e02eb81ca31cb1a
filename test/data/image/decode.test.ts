import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { deflateSync } from "node:zlib"
import * as decoders from "../../../src/data/image/decode.js"
import * as Pixels from "../../../src/data/image/Pixels.js"
import { pngChunk } from "../../support/pngChunk.js"

interface Reference {
  readonly file: string
  readonly pixels: string
}
const { jpeg, png, recolored, resize } = JSON.parse(
  readFileSync(new URL("references.json", import.meta.url), "utf8")
) as {
  readonly png: Record<string, Reference>
  readonly jpeg: Record<string, Reference>
  readonly resize: ReadonlyArray<{
    readonly box: readonly [number, number, number, number]
    readonly width: number
    readonly height: number
    readonly pixels: string
  }>
  readonly recolored: Pixels.ColorFactors & { readonly pixels: string }
}
const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"))
const decode = (bytes: Uint8Array) =>
  Effect.tryPromise({
    try: async () => (await decoders.decoderOf("javascript"))(bytes),
    catch: (error) => (error as decoders.ImageProblem).message
  })
const farthest = (a: Uint8Array, b: Uint8Array) => {
  expect(a.length).toBe(b.length)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}
const rgb = () => decode(bytesOf(png["rgb"]!.file))

describe("decoding images", () => {
  it.effect.each(Object.entries(png))("gives the pixels of Pillow for the PNG %s", ([, one]) =>
    Effect.gen(function* () {
      const { data, height, width } = yield* decode(bytesOf(one.file))
      expect([width, height]).toStrictEqual([17, 13])
      expect(data).toStrictEqual(bytesOf(one.pixels))
    })
  )

  it.effect.each(Object.entries(jpeg))(
    "gives those of Pillow for the JPEG %s, nearly",
    ([name, one]) =>
      Effect.gen(function* () {
        const { data } = yield* decode(bytesOf(one.file))
        // libjpeg smooths the colors that are stored at half the size.
        expect(farthest(data, bytesOf(one.pixels))).toBeLessThanOrEqual(
          name === "subsampled" ? 12 : 3
        )
      })
  )

  it.effect("refuses a JPEG with so many scans that decoding would take minutes", () =>
    Effect.gen(function* () {
      const photo = bytesOf(jpeg["progressive"]!.file)
      const scan = photo.lastIndexOf(0xda) - 1
      const once = photo.subarray(scan, photo.length - 2)
      const bomb = Buffer.concat([
        photo.subarray(0, photo.length - 2),
        ...Array.from({ length: 2000 }, () => once),
        photo.subarray(photo.length - 2)
      ])
      expect(yield* Effect.flip(decode(bomb))).toMatch(/^has 20\d\d scans, more than 100$/)
    })
  )

  it.effect("gives the pixels of interlaced images, of all sizes and kinds of filters", () =>
    Effect.gen(function* () {
      const passes = [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2]
      ] as const
      for (const [width, height] of [
        [17, 13],
        [1, 1],
        [3, 9]
      ] as const) {
        const pixels = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 89) % 251)
        const rows: Array<number> = []
        for (const [left, top, across, down] of passes) {
          let before: ReadonlyArray<number> = []
          if (left >= width) continue
          for (let y = top; y < height; y += down) {
            const row: Array<number> = []
            for (let x = left; x < width; x += across)
              row.push(...pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3))
            const filter = y % 3
            const subtracted = row.map((_, i) =>
              filter === 0 ? 0 : ((filter === 1 ? row[i - 3] : before[i]) ?? 0)
            )
            rows.push(filter, ...row.map((value, i) => (value - subtracted[i]!) & 255))
            before = row
          }
        }
        const header = Buffer.alloc(13)
        header.writeUInt32BE(width, 0)
        header.writeUInt32BE(height, 4)
        header.set([8, 2, 0, 0, 1], 8)
        const file = Buffer.concat([
          bytesOf(png["rgb"]!.file).subarray(0, 8),
          pngChunk("IHDR", header),
          pngChunk("IDAT", deflateSync(Uint8Array.from(rows))),
          pngChunk("IEND", new Uint8Array(0))
        ])
        expect((yield* decode(new Uint8Array(file))).data).toStrictEqual(pixels)
      }
    })
  )

  it.effect("refuses what is empty, truncated, too large, no image, or a bomb", () =>
    Effect.gen(function* () {
      const image = bytesOf(png["rgb"]!.file)
      const photo = bytesOf(jpeg["baseline"]!.file)
      const header = (width: number, height: number) => {
        const data = Buffer.alloc(13)
        data.writeUInt32BE(width, 0)
        data.writeUInt32BE(height, 4)
        data.set([8, 2, 0, 0, 0], 8)
        return pngChunk("IHDR", data)
      }
      const file = (...chunks: ReadonlyArray<Uint8Array>) =>
        new Uint8Array(
          Buffer.concat([image.subarray(0, 8), ...chunks, pngChunk("IEND", new Uint8Array(0))])
        )
      const bomb = deflateSync(new Uint8Array(1 << 26), { level: 9 })
      const problems = yield* Effect.forEach(
        [
          new Uint8Array(0),
          Uint8Array.of(1, 2, 3),
          image.subarray(0, 20),
          image.subarray(0, image.length - 20),
          photo.subarray(0, photo.length / 2),
          photo.subarray(0, 10),
          file(header(65_000, 65_000)),
          file(header(0, 5)),
          file(header(2, 2), pngChunk("IDAT", bomb)),
          file(header(2, 2), pngChunk("IDAT", deflateSync(new Uint8Array(3)))),
          image.map((byte, i) => (i === image.length - 20 ? byte ^ 1 : byte))
        ],
        (bytes) => Effect.flip(decode(bytes))
      )
      expect(problems).toMatchInlineSnapshot(`
        [
          "is empty",
          "is neither PNG nor JPEG",
          "is truncated",
          "cannot be decoded: is truncated",
          "cannot be decoded: is truncated",
          "is truncated",
          "declares 65000 × 65000 pixels, more than 67108864",
          "has no pixels",
          "cannot be decoded: its pixels are damaged, or not as many as it declares",
          "cannot be decoded: its pixels are damaged, or not as many as it declares",
          "cannot be decoded: its checksum of IDAT is wrong",
        ]
      `)
      // What is beside the pixels is never inflated.
      const text = pngChunk("zTXt", Buffer.concat([Buffer.from("a\0\0"), bomb]))
      const { data } = yield* decode(
        new Uint8Array(Buffer.concat([image.subarray(0, 33), text, image.subarray(33)]))
      )
      expect(data).toStrictEqual(bytesOf(png["rgb"]!.pixels))
    })
  )

  it.effect("fails with a text, and in no other way, whatever byte is damaged", () =>
    Effect.gen(function* () {
      for (const bytes of [bytesOf(png["palette"]!.file), bytesOf(jpeg["progressive"]!.file)]) {
        for (let at = 0; at < bytes.length; at += 5) {
          const exit = yield* Effect.either(
            decode(bytes.map((byte, i) => (i === at ? byte ^ 0xff : byte)))
          )
          if (exit._tag === "Left") expect(exit.left).toMatch(/^(cannot|declares|has|is) /)
        }
      }
    })
  )
})

describe("Pixels", () => {
  it.effect.each(resize)(
    "scales as Pillow does, to $width × $height",
    ({ box, height, pixels, width }) =>
      Effect.gen(function* () {
        const [left, top, right, bottom] = box
        const region = { left, top, width: right - left, height: bottom - top }
        const { data } = Pixels.resize(yield* rgb(), region, width, height)
        // Pillow rounds to bytes between the two directions.
        expect(farthest(data, bytesOf(pixels))).toBeLessThanOrEqual(1)
      })
  )

  it.effect("recolors as Pillow does, but for its rounding in between", () =>
    Effect.gen(function* () {
      const { data } = Pixels.recolored(yield* rgb(), recolored)
      expect(farthest(data, bytesOf(recolored.pixels))).toBeLessThanOrEqual(3)
      const same = Pixels.recolored(yield* rgb(), { brightness: 1, contrast: 1, saturation: 1 })
      expect(farthest(same.data, (yield* rgb()).data)).toBe(0)
    })
  )

  it.effect("mirrors, twice is once", () =>
    Effect.gen(function* () {
      const image = yield* rgb()
      const mirrored = Pixels.flipped(image)
      expect(mirrored.data.subarray(0, 3)).toStrictEqual(image.data.subarray(48, 51))
      expect(Pixels.flipped(mirrored)).toStrictEqual(image)
    })
  )
})
