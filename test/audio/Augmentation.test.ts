import { describe, expect, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { AugmentConfig, off } from "../../src/audio/augment/AugmentConfig.js"
import { draw } from "../../src/audio/augment/plan.js"
import { renderAll, samplesOf, type Example } from "../../src/audio/augment/render.js"
import { applyMasks, drawMasks, type SpecAugment } from "../../src/audio/augment/specAugment.js"
import {
  addNoise,
  changeSpeed,
  pinkNoise,
  powerOf,
  reverberate,
  simulatedImpulse,
  whiteNoise
} from "../../src/audio/augment/waveform.js"
import * as LogMel from "../../src/audio/LogMel.js"
import * as Random from "../../src/audio/SyntheticVoices/Random.js"

const rate = 8000
const sine = (hertz: number, length = 4000) =>
  Float32Array.from({ length }, (_, i) => 0.3 * Math.sin((2 * Math.PI * hertz * i) / rate))
const decibels = (ratio: number) => 10 * Math.log10(ratio)

/** The hertz at which a signal has most power. */
const pitch = (samples: Float32Array) => {
  let crossings = 0
  for (let i = 201; i < samples.length - 200; i++) {
    if (samples[i - 1]! < 0 && samples[i]! >= 0) crossings++
  }
  return (crossings * rate) / (samples.length - 400)
}

describe("changeSpeed", () => {
  it("makes speech shorter and higher by the factor", () => {
    for (const factor of [0.9, 1.1]) {
      const fast = changeSpeed(sine(440), rate, factor)
      expect(Math.abs(fast.length - 4000 / factor)).toBeLessThan(1)
      expect(Math.abs(pitch(fast) / 440 - factor)).toBeLessThan(0.01)
    }
  })
})

describe("addNoise", () => {
  it("adds it at the ratio that was asked for", () => {
    const speech = sine(300)
    for (const snr of [-5, 0, 20]) {
      for (const noise of [whiteNoise(4000, 3), pinkNoise(4000, 3), whiteNoise(700, 1)]) {
        const both = addNoise(speech, noise, snr)
        const added = both.map((x, i) => x - speech[i]!)
        expect(Math.abs(decibels(powerOf(speech) / powerOf(added)) - snr)).toBeLessThan(0.5)
      }
    }
  })

  it("leaves silence alone, and takes silence for no noise", () => {
    expect(addNoise(new Float32Array(9), whiteNoise(9, 1), 3)).toEqual(new Float32Array(9))
    expect(addNoise(sine(300, 9), new Float32Array(4), 3)).toEqual(sine(300, 9))
  })

  it("has white noise of one power at all frequencies, and pink of 3 dB less an octave", () => {
    const bands = (noise: Float32Array) => {
      const logMel = LogMel.make({ sampleRate: rate, mels: 40, windowMs: 32, hopMs: 32 })(noise)
      const at = (band: number) => {
        let sum = 0
        for (let i = band; i < logMel.length; i += 40) sum += Math.exp(logMel[i]!)
        return sum
      }
      // About 670 and 2,680 Hz; the upper band is wider.
      return decibels(at(31) / at(14))
    }
    const difference = bands(pinkNoise(200_000, 5)) - bands(whiteNoise(200_000, 5))
    expect(difference).toBeLessThan(-4)
    expect(difference).toBeGreaterThan(-8)
    expect(powerOf(whiteNoise(200_000, 5))).toBeCloseTo(1, 1)
  })
})

describe("reverberate", () => {
  it("convolves, and keeps the power", () => {
    const [samples, impulse] = [whiteNoise(50, 1), Float32Array.of(1, 0.5, 0, -0.25)]
    const direct = samples.map((_, i) =>
      impulse.reduce((sum, weight, k) => sum + weight * (samples[i - k] ?? 0), 0)
    )
    const scale = Math.sqrt(powerOf(samples) / powerOf(direct))
    reverberate(samples, impulse).forEach((x, i) => expect(x).toBeCloseTo(scale * direct[i]!, 5))
  })

  it("has a simulated room that falls by 60 dB in the time given, and is weaker than direct sound", () => {
    const impulse = simulatedImpulse(rate, { rt60: 0.5, ratio: 6, seed: 4 })
    const tail = impulse.subarray(1)
    expect(impulse[0]).toBe(1)
    expect(decibels(1 / (powerOf(tail) * tail.length))).toBeCloseTo(6, 3)
    const [early, late] = [powerOf(tail.subarray(0, 400)), powerOf(tail.subarray(3600))]
    // 0.45 s lie between.
    expect(Math.abs(decibels(early / late) - 54)).toBeLessThan(2)
  })
})

describe("SpecAugment", () => {
  const all: SpecAugment = {
    time_masks: 2,
    time_width: 5,
    frequency_masks: 1,
    frequency_width: 3,
    time_warp: 0
  }
  const values = whiteNoise(30 * 8, 7)

  it("masks frames and bands by the mean, within their widths, and nothing else", () => {
    const random = Random.make(2)
    for (let i = 0; i < 10; i++) {
      const masks = drawMasks(all, 30, 8, random.next)
      const masked = new Float32Array(2 + values.length)
      masked.set(values, 2)
      applyMasks(masked, 2, 30, 8, masks)
      const mean = Math.fround(values.reduce((sum, x) => sum + x, 0) / values.length)
      const isMasked = (at: number, list: typeof masks.time) =>
        list.some(({ from, width }) => at >= from && at < from + width)
      const expected = new Float32Array(values.length)
      values.forEach((x, k) => {
        const hit = isMasked(Math.floor(k / 8), masks.time) || isMasked(k % 8, masks.frequency)
        expected[k] = hit ? mean : x
      })
      expect(masked.subarray(2)).toEqual(expected)
      for (const { from, width } of masks.time) {
        expect([width <= 5, from + width <= 30, from >= 0]).toEqual([true, true, true])
      }
    }
  })

  it("warps time between a first and a last row that stay", () => {
    const ramp = Float32Array.from({ length: 30 }, (_, i) => i)
    const masks = { time: [], frequency: [], warp: { row: 10, to: 14 } }
    applyMasks(ramp, 0, 30, 1, masks)
    expect([ramp[0], ramp[14], ramp[29]]).toEqual([0, 10, 29])
    expect(ramp.every((x, i) => i === 0 || x > ramp[i - 1]!)).toBe(true)
    const next = Random.make(1).next
    for (let i = 0; i < 100; i++) {
      const { warp } = drawMasks({ ...all, time_warp: 80 }, 30, 1, next)
      expect(warp!.to > 0 && warp!.to < 29 && warp!.row > 0).toBe(true)
    }
  })
})

describe("draw", () => {
  const config = Schema.decodeUnknownSync(AugmentConfig)({
    speed: [0.9, 1.1],
    noise: {},
    reverberation: { probability: 1 },
    spec_augment: {}
  })

  it("draws the same of the same numbers, and moves nothing where one augmentation is off", () => {
    const plan = draw(config, 20, 8, Random.make(1).next)
    expect(draw(config, 20, 8, Random.make(1).next)).toEqual(plan)
    const less = draw({ ...config, noise: null, speed: [] }, 20, 8, Random.make(1).next)
    expect(less).toEqual({ ...plan, noise: null, speed: 1 })
    expect(draw(off, 20, 8, Random.make(1).next)).toEqual({
      place: plan.place,
      speed: 1,
      room: null,
      noise: null,
      masks: null
    })
  })

  it("takes each with its probability", () => {
    const { next } = Random.make(9)
    const plans = Array.from({ length: 400 }, () => draw(config, 20, 8, next))
    expect(plans.filter(({ room }) => room !== null).length).toBe(400)
    const noisy = plans.filter(({ noise }) => noise !== null).length
    expect(Math.abs(noisy - 200)).toBeLessThan(40)
    expect(plans.every(({ noise }) => noise === null || (noise.snr >= 5 && noise.snr <= 20))).toBe(
      true
    )
  })
})

describe("renderAll", () => {
  const options = { sampleRate: rate, mels: 10, windowMs: 25, hopMs: 10 }
  const plain: Example = {
    samples: sine(500, 200 + 19 * 80),
    speed: 1,
    lead: 0,
    length: 200 + 19 * 80,
    start: 0,
    room: null,
    noise: null,
    masks: null
  }

  it("gives the features as they are where nothing was drawn", () => {
    const features = renderAll({ options, frames: 20, examples: [plain] }, () => {})
    expect(features).toEqual(LogMel.make(options)(plain.samples))
  })

  it("gives the same bits for the same numbers", () => {
    const example: Example = {
      ...plain,
      speed: 1.1,
      lead: 100,
      length: plain.length - 300,
      room: { rt60: 0.2, ratio: 3, seed: 4 },
      noise: { snr: 10, color: "pink", seed: 5 }
    }
    const task = { options, frames: 20, examples: [example, plain] }
    expect(renderAll(task, () => {})).toEqual(renderAll(structuredClone(task), () => {}))
    expect(samplesOf(example, rate).length).toBe(example.length)
  })
})
