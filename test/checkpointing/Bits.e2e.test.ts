import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as CheckpointFile from "../support/checkpointFile.js"
import { randomOf } from "../io/Crash.js"
import { SimulatedDisk } from "../io/SimulatedDisk.js"
import { sample, tensor } from "./sample.js"
import { soak } from "./simulated.js"

const saved = Effect.fnUntraced(function* (epoch: number, size = 0) {
  const disk = new SimulatedDisk()
  const { meta, tensors } = sample(epoch)
  const more = size === 0 ? [] : [["model_state_dict.large", tensor(epoch, size)] as const]
  yield* CheckpointFile.write("/c", { meta, tensors: new Map([...tensors, ...more]) }).pipe(
    Effect.provideService(FileSystem.FileSystem, disk.fileSystem)
  )
  return disk.contents("/c")
})

const headerLength = (file: Buffer) => 8 + Number(file.readBigUInt64LE(0))

/** What is wrong with the file that these bytes are; "intact" if nothing is. */
const verdict = (bytes: Buffer) => {
  const disk = new SimulatedDisk()
  disk.put("/c", bytes)
  return CheckpointFile.read("/c").pipe(
    Effect.provideService(FileSystem.FileSystem, disk.fileSystem),
    Effect.match({ onSuccess: () => "intact", onFailure: ({ reason }) => reason as string })
  )
}

const flipped = (file: Buffer, bit: number) => {
  const bytes = Buffer.from(file)
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return bytes
}

const noticed = (verdicts: ReadonlyArray<string>) => {
  const counts = new Map<string, number>()
  for (const one of verdicts) counts.set(one, 1 + (counts.get(one) ?? 0))
  return counts
}

describe("every bit matters", () => {
  it.live(
    "in the header",
    () =>
      Effect.gen(function* () {
        const file = yield* saved(3)
        expect(yield* verdict(file)).toBe("intact")
        // In the test command one bit of each byte, a different one from byte to byte.
        const bits = Array.from({ length: headerLength(file) * 8 }, (_, bit) => bit).filter(
          (bit) => soak > 0 || (bit & 7) === (bit >> 3) % 8
        )
        const counts = noticed(yield* Effect.forEach(bits, (bit) => verdict(flipped(file, bit))))
        expect(counts.has("intact")).toBe(false)
        expect(counts.has("Unreadable")).toBe(false)
        expect(counts.get("Damaged")).toBeGreaterThan(bits.length * 0.9)
      }),
    600_000
  )

  it.live(
    "in the tensors",
    () =>
      Effect.gen(function* () {
        const file = yield* saved(3, 10_000)
        const start = headerLength(file)
        const draw = randomOf(5)
        const flips = soak > 0 ? 100_000 : 500
        const verdicts = yield* Effect.forEach(Array.from({ length: flips }), () =>
          verdict(flipped(file, start * 8 + Math.floor(draw() * (file.length - start) * 8)))
        )
        expect(noticed(verdicts)).toEqual(new Map([["Damaged", flips]]))
      }),
    600_000
  )

  it.live("at the end", () =>
    Effect.gen(function* () {
      const file = yield* saved(3, 10_000)
      const steps = Array.from({ length: Math.ceil(file.length / 4096) }, (_, step) => step * 4096)
      const cuts = [...steps, headerLength(file), file.length].flatMap((at) => [at - 1, at, at + 1])
      const lengths = [...new Set(cuts)].filter((at) => at >= 0 && at < file.length)
      expect(lengths.length).toBeGreaterThan(30)
      for (const length of lengths) {
        expect(yield* verdict(file.subarray(0, length))).toBe("Truncated")
      }
      for (const more of [1, 8, 512, 4096]) {
        expect(yield* verdict(Buffer.concat([file, Buffer.alloc(more)]))).toBe("Damaged")
      }
      expect(yield* verdict(Buffer.concat([file, file]))).toBe("Damaged")
    })
  )

  it.live("in runs that a disk loses at once", () =>
    Effect.gen(function* () {
      const file = yield* saved(3, 10_000)
      for (let at = 0; at < file.length; at += 512) {
        const zeroed = Buffer.from(file).fill(0, at, Math.min(at + 512, file.length))
        expect(yield* verdict(zeroed)).not.toBe("intact")
        const moved = Buffer.from(file)
        moved.copy(moved, at, (at + 4096) % file.length)
        expect(yield* verdict(moved)).not.toBe("intact")
      }
    })
  )

  it.live("where two checkpoints are mixed", () =>
    Effect.gen(function* () {
      const one = yield* saved(4)
      const other = yield* saved(9)
      const start = headerLength(one)
      // Of one length, so that nothing but the digests can tell.
      expect([start, one.length]).toEqual([headerLength(other), other.length])
      for (const [header, data] of [
        [one, other],
        [other, one]
      ] as const) {
        const mixed = Buffer.concat([header.subarray(0, start), data.subarray(start)])
        expect(yield* verdict(mixed)).toBe("Damaged")
      }
      for (let at = 16; at < one.length; at += 16) {
        const mixed = Buffer.concat([one.subarray(0, at), other.subarray(at)])
        const same = mixed.equals(one) || mixed.equals(other)
        expect((yield* verdict(mixed)) === "intact").toBe(same)
      }
    })
  )
})
