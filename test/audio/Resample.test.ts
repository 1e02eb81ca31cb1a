import { describe, expect, it } from "@effect/vitest"
import * as Resample from "../../src/audio/Resample.js"

const tone = (hertz: number, rate: number, length = rate / 2) =>
  Float32Array.from({ length }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate))

/** Without the edges, where the filter reaches past the signal. */
const middle = (samples: Float32Array) =>
  samples.subarray(Math.floor(samples.length * 0.2), Math.floor(samples.length * 0.8))

/** The deviation of `actual` from the tone it should be, in dB below the tone. */
const signalToNoise = (actual: Float32Array, hertz: number, rate: number) => {
  const ideal = tone(hertz, rate, actual.length)
  const from = Math.floor(actual.length * 0.2)
  let noise = 0
  let signal = 0
  for (let i = from; i < actual.length * 0.8; i++) {
    noise += (actual[i]! - ideal[i]!) ** 2
    signal += ideal[i]! ** 2
  }
  return 10 * Math.log10(signal / noise)
}

const rates = [
  [48_000, 16_000],
  [44_100, 8_000],
  [16_000, 8_000],
  [8_000, 16_000],
  [11_025, 8_000]
] as const

describe.each(rates)("from %i to %i Hz", (from, to) => {
  const resample = Resample.make(from, to)

  it("keeps tones as they are, in amplitude and phase", () => {
    const lower = Math.min(from, to)
    for (const hertz of [100, 1000, Math.round(0.4 * lower)]) {
      const output = resample(tone(hertz, from))
      expect(signalToNoise(output, hertz, to)).toBeGreaterThan(100)
    }
  })

  it("keeps the time", () => {
    expect(resample(new Float32Array(from)).length).toBe(to)
    expect(resample(new Float32Array(1)).length).toBe(Math.ceil(to / from))
    expect(resample(new Float32Array(0)).length).toBe(0)
  })

  it("keeps a constant", () => {
    for (const sample of middle(resample(new Float32Array(from / 5).fill(0.25)))) {
      expect(sample).toBeCloseTo(0.25, 6)
    }
  })
})

describe.each(rates.filter(([from, to]) => from > to))("from %i down to %i Hz", (from, to) => {
  it("lets nothing alias", () => {
    const hertz = Math.min(0.62 * to, 0.49 * from)
    const alias = middle(Resample.make(from, to)(tone(hertz, from)))
    const loudest = alias.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)
    expect(20 * Math.log10(loudest / 0.5)).toBeLessThan(-110)
  })
})

describe("at the same rate", () => {
  it("is the signal itself", () => {
    const samples = tone(440, 8000)
    expect(Resample.make(8000, 8000)(samples)).toEqual(samples)
  })
})

describe("rates with no common divisor", () => {
  it.each([
    [7919, 8000],
    [44_099, 8000],
    [95_999, 96_000],
    [767_999, 8000]
  ])("from %i to %i Hz works as well", (from, to) => {
    const length = Math.round(from / 8)
    const output = Resample.make(from, to)(tone(1000, from, length))
    expect(output.length).toBe(Math.ceil((length * to) / from))
    expect(signalToNoise(output, 1000, to)).toBeGreaterThan(100)
  })

  it("lets nothing alias", () => {
    const alias = middle(Resample.make(44_099, 8000)(tone(4960, 44_099, 8000)))
    const loudest = alias.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)
    expect(20 * Math.log10(loudest / 0.5)).toBeLessThan(-110)
  })

  it("takes no memory for each rate", () => {
    const before = process.memoryUsage().arrayBuffers
    const kept = Array.from({ length: 12 }, (_, i) => Resample.make(767_999 - 42 * i, 8000))
    for (const [i, resample] of kept.entries()) resample(tone(1000, 767_999 - 42 * i, 10_000))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16e6)
  })
})

describe("a signal in parts", () => {
  it.each([
    [44_100, 8000],
    [11_025, 48_000],
    [44_099, 8000],
    [8000, 8000]
  ])("from %i to %i Hz gives the same bits as the full", (from, to) => {
    const signal = tone(1000, from, 9000)
    const full = Resample.make(from, to)(signal)
    for (const size of [1, 100, 2000, 8999]) {
      const resample = Resample.inParts(from, to)(signal.length)
      const parts: Array<number> = []
      for (let at = 0; at < signal.length; at += size) {
        parts.push(...resample(signal.slice(at, at + size)))
      }
      expect(Float32Array.from(parts)).toEqual(full)
    }
    expect(Resample.outputLength(from, to, signal.length)).toBe(full.length)
  })
})
