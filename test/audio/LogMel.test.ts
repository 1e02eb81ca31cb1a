import { describe, expect, it } from "@effect/vitest"
import * as LogMel from "../../src/audio/LogMel.js"

/** A chirp with pseudo-random noise, as the script that computed the references made it. */
const signal = (rate: number): Float32Array => {
  let state = 12345n
  return Float32Array.from({ length: rate / 2 }, (_, i) => {
    state = (state * 1103515245n + 12345n) % 2n ** 31n
    const noise = Number(state) / 2 ** 31 - 0.5
    const t = i / rate
    return 0.4 * Math.sin(2 * Math.PI * (200 * t + 1500 * t * t)) + 0.05 * noise
  })
}

/**
 * Computed with numpy in double precision: rfft of the Hann-windowed frames, squared, times the
 * filter bank of torchaudio.functional.melscale_fbanks (HTK, no norm), ln(x + 1e-6).
 */
const references = [
  {
    options: { sampleRate: 8000, mels: 40, windowMs: 25, hopMs: 10 },
    sum: -5002.859342881982,
    squares: 25259.355833388167,
    values: [
      [0, 0, -4.221082],
      [0, 5, 6.070358],
      [7, 20, -5.1592],
      [20, 20, -2.634663],
      [30, 39, -3.393298],
      [47, 3, -3.09281]
    ]
  },
  {
    options: { sampleRate: 16_000, mels: 64, windowMs: 25, hopMs: 10 },
    sum: -5821.500085346081,
    squares: 27124.593957381832,
    values: [
      [0, 0, -2.498412],
      [0, 5, 6.744026],
      [7, 20, -3.191699],
      [20, 32, -3.103389],
      [30, 63, -0.571819],
      [47, 3, -2.62834]
    ]
  }
] as const

describe.each(references)("at $options.sampleRate Hz", ({ options, squares, sum, values }) => {
  const features = LogMel.make(options)(signal(options.sampleRate))

  it("agrees with the reference", () => {
    expect(features.length).toBe(48 * options.mels)
    for (const [frame, band, value] of values) {
      expect(Math.abs(features[frame * options.mels + band]! - value)).toBeLessThan(1e-4)
    }
  })

  it("agrees as a full", () => {
    const total = features.reduce((total, value) => total + value, 0)
    const totalSquares = features.reduce((total, value) => total + value * value, 0)
    expect(Math.abs(total - sum)).toBeLessThan(1e-2)
    expect(Math.abs(totalSquares - squares)).toBeLessThan(1e-1)
  })
})

describe("frames", () => {
  const options = { sampleRate: 8000, mels: 40, windowMs: 25, hopMs: 10 }
  const framesOf = (length: number) => LogMel.make(options)(new Float32Array(length)).length / 40

  it("are the full ones, and at least one", () => {
    expect([0, 1, 199, 200, 279, 280, 8000].map(framesOf)).toEqual([1, 1, 1, 1, 1, 2, 98])
  })

  it("of silence are the logarithm of the floor", () => {
    const features = LogMel.make(options)(new Float32Array(200))
    for (const value of features) expect(value).toBeCloseTo(Math.log(1e-6), 5)
  })

  it("do not remember the frames of another signal", () => {
    const logMel = LogMel.make(options)
    const before = logMel(signal(8000))
    logMel(new Float32Array(9000).fill(0.5))
    expect(logMel(signal(8000))).toEqual(before)
  })
})

describe("a signal in parts", () => {
  it.each([
    [25, 10],
    [25, 25],
    [5, 40]
  ])("has the same frames of %i ms every %i ms as the full", (windowMs, hopMs) => {
    const options = { sampleRate: 8000, mels: 10, windowMs, hopMs }
    const samples = signal(8000)
    const full = LogMel.make(options)(samples)
    for (const size of [1, 100, 333, 3999]) {
      const logMel = LogMel.inParts(options)()
      const frames: Array<number> = []
      for (let at = 0; at < 4000; at += size) {
        frames.push(...logMel(samples.slice(at, at + size)))
      }
      expect(Float32Array.from(frames)).toEqual(full)
    }
    expect(LogMel.frameCount(options, 4000)).toBe(full.length / 10)
  })
})

describe("emptyBands", () => {
  it("counts the bands between two frequencies of the transform", () => {
    const bands = (mels: number) =>
      LogMel.emptyBands({ sampleRate: 8000, mels, windowMs: 25, hopMs: 10 })
    expect(bands(40)).toBe(0)
    expect(bands(128)).toBeGreaterThan(0)
  })
})
