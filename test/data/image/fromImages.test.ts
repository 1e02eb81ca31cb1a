import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { encode } from "fast-png"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { ImageOptions } from "../../../src/data/image/fromImages.js"
import { Dataset, Split } from "../../../src/index.js"
import { temporaryFolder } from "../../../src/testing/TemporaryFolder.js"
import * as Random from "../../../src/training/Random.js"
import { heard } from "../heard.js"

/** An image of one color, with a red first row. */
const image = (color: number, width = 8, height = 8) =>
  encode({
    width,
    height,
    channels: 3,
    depth: 8,
    data: Uint8Array.from({ length: width * height * 3 }, (_, i) =>
      i < width * 3 ? (i % 3 === 0 ? 255 : 0) : color
    )
  })

const folder = (files: Readonly<Record<string, Uint8Array | string>>) =>
  Effect.map(temporaryFolder, (root) => {
    for (const [file, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true })
      writeFileSync(join(root, file), bytes)
    }
    return root
  })

const ten = (name: string, color: number) =>
  Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`${name}/${i}.png`, image(color + i)]))
const base = { height: 4, width: 4, decoder: "javascript" } as const
const load = (root: string, options: Partial<ImageOptions> = {}) =>
  heard(Dataset.fromImages({ root, ...base, ...options }))

describe("Dataset.fromImages", () => {
  it.scoped("labels images with the folders that hold them, and reads them by index", () =>
    Effect.gen(function* () {
      const root = yield* folder({ ...ten("dark", 10), ...ten("light", 200) })
      const { result: dataset } = yield* load(root)
      expect(dataset).toMatchObject({
        classes: ["dark", "light"],
        inputShape: [4, 4, 3],
        inputType: "uint8",
        preprocessing: { kind: "image", height: 4, width: 4, channels: 3, fit: "crop" }
      })
      const { inputs, labels } = yield* dataset.train.batch(Int32Array.of(15, 0))
      const { name } = dataset.train.describe!(15)
      expect(name).toMatch(/^light\/\d\.png$/)
      expect([...labels]).toStrictEqual([1, 0])
      expect(inputs.at(47)).toBe(200 + Number(name[6]))
      expect(yield* dataset.train.labels!).toStrictEqual(
        Int32Array.from({ length: dataset.train.size }, (_, i) =>
          Number(i >= dataset.train.size / 2)
        )
      )
    })
  )

  it.scoped("takes gray images, uncropped ones, and normalized channels", () =>
    Effect.gen(function* () {
      const root = yield* folder({ ...ten("a", 100) })
      const all = Int32Array.of(0)
      const gray = (yield* load(root, { channels: 1, fit: "stretch" })).result
      expect([gray.inputShape, (yield* gray.train.batch(all)).inputs.length]).toStrictEqual([
        [4, 4, 1],
        16
      ])
      const floats = (yield* load(root, {
        standardize: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }
      })).result
      expect(floats.inputType).toBe(undefined)
      const { inputs } = yield* floats.train.batch(all)
      expect(inputs).toBeInstanceOf(Float32Array)
      expect(Math.max(...inputs)).toBeLessThan(2)
    })
  )

  it.scoped("augments by the run's randomness alone: the same again, whatever is held", () =>
    Effect.gen(function* () {
      const root = yield* folder(ten("a", 100))
      const augment = { flip: true, crop: 0.5, brightness: 0.3, contrast: 0.3, saturation: 0.3 }
      const indices = Int32Array.of(3, 1, 2)
      const rng = () => Random.generator(Random.make(1), "augment", 2)
      const first = (yield* load(root, { augment })).result
      const again = (yield* load(root, { augment })).result
      const batch = yield* first.train.batch(indices, rng())
      expect(yield* first.train.batch(indices, rng())).toStrictEqual(batch)
      expect(yield* again.train.batch(indices, rng())).toStrictEqual(batch)
      const plain = yield* first.train.batch(indices)
      expect(plain).not.toStrictEqual(batch)
      expect(yield* (yield* load(root)).result.train.batch(indices, rng())).toStrictEqual(plain)
      expect(yield* first.test.batch(Int32Array.of(0), rng())).toStrictEqual(
        yield* first.test.batch(Int32Array.of(0))
      )
    })
  )

  it.scoped("names and skips files that are no images, empty, damaged or hostile", () =>
    Effect.gen(function* () {
      const huge = Buffer.from(image(1))
      huge.writeUInt32BE(60_000, 16)
      huge.writeUInt32BE(60_000, 20)
      const root = yield* folder({
        ...ten("a", 1),
        "a/empty.png": "",
        "a/text.jpg": "no image",
        "a/huge.png": huge,
        "a/short.png": image(1).subarray(0, 30),
        "a/.hidden.png": "",
        "a/notes.txt": "",
        "stray.png": image(1)
      })
      symlinkSync(join(root, "nowhere"), join(root, "a/dangling.png"))
      symlinkSync("/dev/zero", join(root, "a/zero.png"))
      const { notices, result } = yield* load(root)
      expect(result.train.size + result.validation.size + result.test.size).toBe(10)
      expect(notices.map((one) => one.replaceAll(root, "ROOT")).sort()).toMatchInlineSnapshot(`
        [
          "skipped a/dangling.png: it is a link that leads nowhere, or is not there",
          "skipped a/empty.png: it is empty",
          "skipped a/huge.png: it declares 60000 × 60000 pixels, more than 67108864",
          "skipped a/short.png: it is truncated",
          "skipped a/text.jpg: it is neither PNG nor JPEG",
          "skipped a/zero.png: it is not a file",
          "skipped stray.png: lies in no folder that names its class",
        ]
      `)
      // What only decoding finds ends the run that meets it, or is found at the start.
      const bytes = Buffer.from(image(77))
      bytes[bytes.length - 20]! ^= 1
      writeFileSync(join(root, "a/0.png"), bytes)
      const { result: unverified } = yield* load(root)
      const everything = (some: Dataset["train"]) =>
        some.batch(Int32Array.from({ length: some.size }, (_, i) => i))
      const found = yield* Effect.flip(
        Effect.all([unverified.train, unverified.validation, unverified.test].map(everything))
      )
      expect(found.message).toMatch(/a\/0\.png: cannot be decoded/)
      const verified = yield* load(root, { verify: true })
      expect(verified.notices.some((one) => /a\/0\.png: cannot be decoded/.test(one))).toBe(true)
      expect(verified.result.train.size).toBe(7)
    })
  )

  it.scoped("reads a CSV file of paths with classes or quantities", () =>
    Effect.gen(function* () {
      const root = yield* folder(ten("a", 1))
      const list = { file: join(root, "labels.csv"), image: "file", label: "age" }
      writeFileSync(
        list.file,
        `file,age\n${Array.from({ length: 10 }, (_, i) => `a/${i}.png,${i}`).join("\n")}\na/none.png,3\n,4\n`
      )
      const { notices, result } = yield* load(root, {
        list,
        quantities: true,
        split: Split.ordered.make()
      })
      expect([result.classes, notices.length]).toStrictEqual([[], 2])
      expect((yield* result.test.batch(Int32Array.of(0))).labels).toStrictEqual(Float32Array.of(9))
      const byClass = (yield* load(root, { list, split: Split.ordered.make() })).result
      expect(byClass.classes?.length).toBe(10)
    })
  )

  it.scoped("has a fingerprint of files, split and size, not of where they lie", () =>
    Effect.gen(function* () {
      const files = ten("a", 1)
      const of = (some: typeof files, options: Partial<ImageOptions> = {}) =>
        Effect.flatMap(folder(some), (root) =>
          Effect.map(load(root, options), ({ result }) => result.fingerprint)
        )
      const first = yield* of(files)
      expect(yield* of(files)).toBe(first)
      const others = yield* Effect.all([
        of({ ...files, "a/3.png": image(99) }),
        of({ ...files, "b/x.png": image(1) }),
        of(files, { height: 5 }),
        of(files, { split: Split.random.make({ seed: 5 }) })
      ])
      expect(new Set([first, ...others]).size).toBe(5)
    })
  )

  it.scoped("refuses folders without images and sizes that are none", () =>
    Effect.gen(function* () {
      const root = yield* folder({ "a/x.txt": "" })
      const messages = yield* Effect.forEach(
        [
          load(root),
          load(join(root, "none")),
          load(root, { height: 0 }),
          load(root, { decoder: "sharp" })
        ],
        (one) => Effect.map(Effect.flip(one), ({ message }) => message.replaceAll(root, "ROOT"))
      )
      expect(messages.slice(0, 3)).toMatchInlineSnapshot(`
        [
          "ROOT: holds no images, PNG or JPEG, in folders by class",
          "ROOT/none: there is no such folder",
          "height: is 0; give a whole number of pixels",
        ]
      `)
    })
  )
})
