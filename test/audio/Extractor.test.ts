import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Parts from "../../src/audio/Parts.js"
import { featuresIn } from "../../src/audio/SpeakerFolder/Recordings.js"
import * as Wav from "../../src/audio/Wav.js"
import { data, fmt, riff, samples } from "./WavBytes.js"

const options = { sampleRate: 8000, mels: 10, windowMs: 25, hopMs: 10 }
const extract = (bytes: Uint8Array) =>
  Effect.runPromise(Effect.either(featuresIn(Parts.ofMemory(bytes), options)))
const tone = Array.from({ length: 800 }, (_, i) => Math.round(8000 * Math.sin(i / 3)))

/** A file of two channels, of 16 bits. */
const stereo = (left: (x: number) => number, right: (x: number) => number) =>
  riff([
    fmt({ channels: 2 }),
    data(
      samples(
        tone.flatMap((x) => [left(x), right(x)]),
        "setInt16",
        2
      )
    )
  ])

const mono = (scale: number) =>
  Wav.encode(
    Float32Array.from(tone, (x) => (scale * x) / 32_768),
    8000
  )

describe("channels", () => {
  it("that cancel each other out give the louder of them", async () => {
    const alone = await extract(mono(1))
    expect(Either.isRight(alone)).toBe(true)
    expect(
      await extract(
        stereo(
          (x) => x,
          (x) => -x
        )
      )
    ).toEqual(alone)
    // What the channels are not each other's opposite in is 60 dB down.
    const trace = (x: number) => Math.sign(x) * ((Math.abs(x) * 7919) % 17)
    expect(
      await extract(
        stereo(
          (x) => x,
          (x) => trace(x) - x
        )
      )
    ).toEqual(alone)
  })
  it("of which one is dead are averaged", async () => {
    expect(
      await extract(
        stereo(
          (x) => 2 * x,
          () => 0
        )
      )
    ).toEqual(await extract(mono(1)))
  })
  it("that are all silent are silence", async () => {
    expect(
      await extract(
        stereo(
          () => 500,
          () => -500
        )
      )
    ).toEqual(Either.left("is silent, or nearly so"))
  })
})

describe("a corpus of many rates", () => {
  it("takes the memory of a few", async () => {
    const signal = Float32Array.from({ length: 60_000 }, (_, i) => 0.5 * Math.sin(i / 40))
    const before = process.memoryUsage().arrayBuffers
    // Each has some four million taps a second, all different.
    for (let rate = 8101; rate < 8141; rate += 2) {
      expect(Either.isRight(await extract(Wav.encode(signal.subarray(0, 9000), rate)))).toBe(true)
    }
    expect(Either.isRight(await extract(Wav.encode(signal, 767_999)))).toBe(true)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60e6)
  })
})
