import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import * as Parts from "../../src/audio/Parts.js"
import * as SoundFile from "../../src/audio/SoundFile.js"
import { featuresIn } from "../../src/audio/SpeakerFolder/Recordings.js"
import * as Wav from "../../src/audio/Wav.js"

/* fixtures/ and its reference.json are made by fixtures/make.py, which decodes with flac and ffmpeg. */
const folder = new URL("fixtures/", import.meta.url)
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)))

interface Reference {
  readonly rate: number
  readonly channels: number
  readonly length: number
  readonly every: number
  readonly samples: ReadonlyArray<number>
  /** Of the samples as 8, 16 or 24-bit PCM, where the format loses nothing. */
  readonly sha256?: string
}
const references = JSON.parse(readFileSync(new URL("reference.json", folder), "utf8")) as Record<
  string,
  Reference
>

const decode = (bytes: Uint8Array) =>
  Effect.runPromise(Effect.either(SoundFile.excerpt(Parts.ofMemory(bytes), 0, Infinity)))

const decoded = async (bytes: Uint8Array) => {
  const result = await decode(bytes)
  if (result._tag === "Left") throw new Error(String(result.left))
  return result.right
}

/** What is wrong with a file, or how many samples it gave. */
const why = async (bytes: Uint8Array): Promise<string> => {
  const result = await decode(bytes)
  return result._tag === "Left" ? String(result.left) : `${result.right.samples.length} samples`
}

const flipped = (bytes: Uint8Array, at: number, bit = 0): Uint8Array => {
  const copy = bytes.slice()
  copy[at]! ^= 1 << bit
  return copy
}

/** Numbers that are the same in every run. */
const numbers = (seed: number) => {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe("SoundFile.open", () => {
  for (const [name, { every, length, rate, samples }] of Object.entries(references)) {
    it(`decodes ${name} as flac and ffmpeg do`, async () => {
      const sound = await decoded(fixture(name))
      expect([sound.sampleRate, sound.samples.length]).toEqual([rate, length])
      const differences = samples.map((x, i) => Math.abs(x - sound.samples[every * i]!))
      expect(Math.max(...differences)).toBeLessThan(name.endsWith(".opus") ? 1e-4 : 2e-6)
    })
  }

  it("gives the very samples that were encoded to FLAC", async () => {
    for (const [name, bits] of [
      ["mono-16.flac", 16],
      ["mono-8.flac", 8],
      ["wasted.flac", 16],
      ["noise.flac", 16],
      ["piped.flac", 16]
    ] as const) {
      const { samples } = await decoded(fixture(name))
      const values = Array.from(samples, (x) => x * 2 ** (bits - 1))
      const pcm = bits === 8 ? Int8Array.from(values) : Int16Array.from(values)
      const digest = createHash("sha256").update(new Uint8Array(pcm.buffer)).digest("hex")
      expect([name, digest]).toEqual([name, references[name]!.sha256])
    }
  })

  it("gives the features of a WAV file for the FLAC file of the same samples", async () => {
    const { sampleRate, samples } = await decoded(fixture("mono-16.flac"))
    const options = { sampleRate: 11_025, mels: 10, windowMs: 25, hopMs: 10 }
    const features = (bytes: Uint8Array) =>
      Effect.runPromise(featuresIn(Parts.ofMemory(bytes), options))
    expect(await features(fixture("mono-16.flac"))).toEqual(
      await features(Wav.encode(samples, sampleRate))
    )
  })

  it("goes by the first bytes of a file", async () => {
    expect(await why(new Uint8Array(0))).toBe("is empty")
    expect(await why(new TextEncoder().encode("Lorem ipsum dolor sit amet"))).toBe(
      "is none of WAV, FLAC, MP3 and Ogg by its first bytes"
    )
  })

  it("decodes a file after one that has broken its decoder", async () => {
    for (const name of ["vbr.mp3", "mono.ogg", "mono.opus"]) {
      const before = await decoded(fixture(name))
      await why(flipped(fixture(name), 900, 3))
      expect(await decoded(fixture(name))).toEqual(before)
    }
  })
})

describe("damage", () => {
  const intact = Object.entries(references)

  for (const [name, { length }] of intact) {
    it(`of any byte of ${name} is named, or leaves it as long as it was`, async () => {
      const bytes = fixture(name)
      const next = numbers(length)
      for (let i = 0; i < (name.endsWith(".flac") ? 5 : 3); i++) {
        const said = await why(flipped(bytes, next(bytes.length), next(8)))
        const isLossless = name.endsWith(".flac") && name !== "piped.flac"
        // What metadata say, and the sound of an MP3 file without checksums, may change unnoticed.
        if (/^\d+ samples$/.test(said)) expect(said).toBe(`${length} samples`)
        else expect(said).toMatch(/^(is|has|holds|declares|cannot) /)
        if (isLossless && !/^\d+ samples$/.test(said)) expect(said).not.toMatch(/^cannot/)
      }
    })
    it(`by which ${name} is too short is named`, async () => {
      const bytes = fixture(name)
      const next = numbers(length + 1)
      for (let i = 0; i < 2; i++) {
        const said = await why(bytes.subarray(0, 1 + next(bytes.length - 1)))
        // An MP3 file without a count may end behind any frame.
        if (name === "cbr.mp3" || name === "crc.mp3") continue
        expect(said).toMatch(/truncated|holds|is damaged|is none of/)
      }
    })
  }

  it("of the samples of FLAC is found by the CRC of the frame", async () => {
    const bytes = fixture("mono-16.flac")
    expect(await why(flipped(bytes, 6000))).toMatch(
      /^is damaged at byte \d+, after 0\.\d+ s of sound: (the CRC-16 of a frame is wrong|a subframe)/
    )
  })

  it("of FLAC whose frames are right is found by its length and its MD5", async () => {
    const bytes = fixture("mono-16.flac")
    expect(await why(flipped(bytes, 30))).toBe(
      "is damaged: the MD5 of its samples is not that of its header"
    )
    expect(await why(flipped(bytes, 25, 4))).toMatch(/^is truncated: it holds 8000 of 8016 samples/)
    expect(await why(flipped(bytes, 25, 6))).toMatch(
      /^is damaged: it holds 8000 samples, where its header declares 7936/
    )
  })

  it("by which frames of FLAC are missing is found", async () => {
    const bytes = fixture("piped.flac")
    const frames = [...bytes.keys()].filter((i) => bytes[i] === 0xff && bytes[i + 1] === 0xf8)
    const start = frames[0]!
    const doubled = new Uint8Array([...bytes, ...bytes.subarray(start)])
    expect(await why(doubled)).toMatch(/frames are missing before it$/)
  })

  it("of the sound of MP3 is found by LAME's CRC", async () => {
    const bytes = fixture("vbr.mp3")
    expect(await why(flipped(bytes, 3000))).toMatch(/^is damaged/)
    expect(await why(flipped(bytes, bytes.length - 20))).toBe(
      "is damaged: the CRC of its sound is not that of its LAME tag"
    )
  })

  it("of Ogg is found by the CRC, the order and the end of its pages", async () => {
    const bytes = fixture("mono.ogg")
    const pages = [...bytes.keys()].filter((i) =>
      [0x4f, 0x67, 0x67, 0x53].every((byte, k) => bytes[i + k] === byte)
    )
    expect(await why(flipped(bytes, pages[2]! + 100))).toMatch(/the CRC-32 of a page is wrong$/)
    const without = new Uint8Array([...bytes.subarray(0, pages[2]!), ...bytes.subarray(pages[3]!)])
    expect(await why(without)).toMatch(/pages are missing before it$/)
    expect(await why(bytes.subarray(0, pages.at(-1)!))).toMatch(/^is truncated/)
    expect(await why(new Uint8Array([...bytes, ...bytes]))).toMatch(/^holds several streams/)
  })

  it("of a declared size takes no memory", async () => {
    const bytes = fixture("constant.flac")
    const before = process.memoryUsage().arrayBuffers
    // 2³⁵ samples, and frames of 16 MiB.
    const hostile = bytes.slice()
    hostile.set([0xff, 0xff, 0xff, 0xff], 22)
    hostile.set([0xff, 0xff, 0xff], 15)
    expect(await why(hostile)).toMatch(/^is truncated/)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32e6)
  })
})
