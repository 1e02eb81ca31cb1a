import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TensorDigest from "../../src/checkpoint/file/TensorDigest.js"
import { digestOf } from "../support/checkpoints.js"

const bytes = (length: number) => new Uint8Array(length).map((_, i) => (i * 31) % 251)

const starts = (length: number) =>
  Array.from(
    { length: Math.ceil(length / TensorDigest.leafLength) },
    (_, i) => i * TensorDigest.leafLength
  )

describe.each([0, 1, 65_535, 65_536, 65_537, 300_000])("the digest of %i bytes", (length) => {
  it("is the sha256 of the sha256s of the leaves", () => {
    expect(TensorDigest.of(bytes(length))).toBe(digestOf(bytes(length)))
  })

  it.effect("is the same in whatever order and wherever they are hashed", () =>
    Effect.promise(async () => {
      const sums = TensorDigest.make(length)
      const [odd, even] = [1, 0].map((rest) =>
        starts(length).filter((at) => (at / TensorDigest.leafLength) % 2 === rest)
      )
      const elsewhere = odd!.map((at) => TensorDigest.hashElsewhere(sums, bytes(length), at))
      for (const at of even!.toReversed()) TensorDigest.hashHere(sums, bytes(length), at)
      await Promise.all(elsewhere)
      expect(TensorDigest.ofLeaves(sums)).toBe(digestOf(bytes(length)))
    })
  )
})

it.effect("what is hashed on another thread may change at once", () =>
  Effect.promise(async () => {
    const changing = bytes(200_000)
    const sums = TensorDigest.make(changing.length)
    const hashed = starts(changing.length).map((at) =>
      TensorDigest.hashElsewhere(sums, changing, at)
    )
    changing.fill(0)
    await Promise.all(hashed)
    expect(TensorDigest.ofLeaves(sums)).toBe(digestOf(bytes(200_000)))
  })
)
