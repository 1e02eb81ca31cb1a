import { describe, expect, it } from "@effect/vitest"
import { bucketSize, thin } from "../../src/runlog/Thin.js"
import * as Random from "../../src/training/Random.js"
import { step, steps } from "./sample.js"

const draw = Random.generator(Random.make(3), "losses")
const noise = Array.from({ length: 5000 }, draw)
const noisy = steps(1, 5000, (n) =>
  step(n, {
    loss: noise[n - 1]!,
    step_ms: 1 + (n % 97),
    ...(n % 16 === 1 && { gradient_norm: noise[n - 1]! })
  })
)

describe("bucketSize", () => {
  it("keeps every step of a short log, and has at most 4096 buckets in a long one", () => {
    expect([1, 16_384, 16_385, 32_768, 32_769, 1e6, 1e9].map(bucketSize)).toEqual([
      1,
      1,
      8,
      8,
      16,
      256,
      2 ** 18
    ])
    for (let last = 16_385; last < 1e9; last = Math.ceil(last * 1.7)) {
      expect(last / bucketSize(last)).toBeLessThanOrEqual(4096)
      expect(last / bucketSize(last)).toBeGreaterThan(2047)
    }
  })
})

describe("thin", () => {
  it("keeps of each bucket the first, the last, the lowest, the highest, and the greatest norm", () => {
    const losses = [5, 1, 9, 9, 1, 4, 3, 2]
    const all = losses.map((loss, i) =>
      step(i + 1, { loss, step_ms: i, ...(i === 5 && { gradient_norm: 1 }) })
    )
    const kept = thin(all, 8)
    expect(kept.map(({ global_step }) => global_step)).toEqual([1, 2, 3, 6, 8])
    expect(kept.map(({ step_ms_max }) => step_ms_max)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      7
    ])
  })

  it("takes a loss that is not a number for the highest", () => {
    const all = [3, NaN, 8, 1, 2].map((loss, i) => step(i + 1, { loss }))
    expect(thin(all, 8).map(({ global_step }) => global_step)).toEqual([1, 2, 4, 5])
  })

  it("gives the same at once, piece by piece, and finer before", () => {
    for (const size of [8, 64, 512]) {
      const atOnce = thin(noisy, size)
      expect(thin(thin(noisy, size / 8), size)).toEqual(atOnce)
      expect(thin(atOnce, size)).toEqual(atOnce)
      for (const cut of [1, 7, 8, 100, 1023, 4999]) {
        expect(thin([...thin(noisy.slice(0, cut), size), ...noisy.slice(cut)], size)).toEqual(
          atOnce
        )
      }
    }
  })

  it("loses no peak of any bucket", () => {
    const kept = thin(noisy, 64)
    for (let from = 0; from < noisy.length; from += 64) {
      const bucket = noisy.slice(from, from + 64)
      const left = kept.filter(({ global_step }) => global_step > from && global_step <= from + 64)
      const losses = (all: typeof bucket | typeof left) => all.map(({ loss }) => loss)
      expect(Math.max(...losses(left))).toBe(Math.max(...losses(bucket)))
      expect(Math.min(...losses(left))).toBe(Math.min(...losses(bucket)))
      expect(left[left.length - 1]!.step_ms_max).toBe(
        Math.max(...bucket.map(({ step_ms }) => step_ms))
      )
    }
  })
})
