import { beforeAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { encode } from "fast-png"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type * as Module from "../../../src/data/image/fromImages.js"
import { Observer } from "../../../src/events/Observer.js"
import * as NodeFileSystem from "../../../src/io/NodeFileSystem.js"
import { temporaryFolder } from "../../../src/testing/TemporaryFolder.js"
import * as Random from "../../../src/training/Random.js"

// As it is built: threads of the sources would translate each module first.
let fromImages: typeof Module.fromImages
beforeAll(async () => {
  const url = new URL("../../../dist/data/image/fromImages.js", import.meta.url)
  fromImages = ((await import(url.href)) as typeof Module).fromImages
})

const services = Layer.merge(
  NodeFileSystem.layer,
  Observer.make(() => Effect.void)
)

/** Ten images of noise in each of two classes. */
const folder = Effect.map(temporaryFolder, (root) => {
  const rng = Random.generator(Random.make(3), "images")
  for (const name of ["a", "b"]) {
    mkdirSync(join(root, name))
    for (let i = 0; i < 10; i++) {
      const data = Uint8Array.from({ length: 12 * 9 * 3 }, () => rng() * 256)
      const file = encode({ width: 12, height: 9, channels: 3, depth: 8, data })
      writeFileSync(join(root, name, `${i}.png`), file)
    }
  }
  return root
})

describe("Dataset.fromImages", () => {
  it.scoped("gives the same bits with 0, 1, 2 and 4 threads, and for images that are held", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const seen = yield* Effect.forEach([0, 1, 2, 4], (workers) =>
        Effect.gen(function* () {
          const { fingerprint, train } = yield* fromImages({
            root,
            height: 8,
            width: 8,
            decoder: "javascript",
            augment: { flip: true, crop: 0.5, brightness: 0.3, contrast: 0.3, saturation: 0.3 },
            workers
          })
          const batch = (epoch: number) =>
            train.batch(
              Int32Array.from({ length: train.size }, (_, i) => i),
              Random.generator(Random.make(1), "augment", epoch)
            )
          return { fingerprint, batches: [yield* batch(0), yield* batch(1)] }
        }).pipe(Effect.scoped, Effect.provide(services))
      )
      for (const one of seen) expect(one).toStrictEqual(seen[0])
    })
  )

  it.scoped("names an image that a thread cannot decode", () =>
    Effect.gen(function* () {
      const root = yield* folder
      const { train } = yield* fromImages({ root, height: 8, width: 8, workers: 1 })
      for (const file of ["a", "b"]) {
        for (let i = 0; i < 10; i++) writeFileSync(join(root, file, `${i}.png`), "")
      }
      const error = yield* Effect.flip(train.batch(Int32Array.of(0)))
      expect(error.message).toMatch(/(a|b).\d\.png: is empty$/)
    }).pipe(Effect.provide(services))
  )
})
