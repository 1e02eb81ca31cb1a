import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { createHash } from "node:crypto"
import * as path from "node:path"
import * as Random from "../../src/audio/SyntheticVoices/Random.js"
import { sampleRate, utterance } from "../../src/audio/SyntheticVoices/Synthesis.js"
import * as EventLoop from "../../src/io/EventLoop.js"
import * as Voice from "../../src/audio/SyntheticVoices/Voice.js"
import * as SyntheticVoices from "../../src/audio/SyntheticVoices.js"
import * as Wav from "../../src/audio/Wav.js"
import * as TestFiles from "./TestFiles.js"

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

const speak = (seed: number, speaker: number, index: number) =>
  utterance(Voice.make(seed, speaker), Random.make(seed, speaker, index))

describe("an utterance", () => {
  it("is the same each time, and another for another seed, speaker or index", () => {
    const digest = (seed: number, speaker: number, index: number) =>
      sha256(Wav.encode(speak(seed, speaker, index), sampleRate))
    const made = [digest(1, 0, 0), digest(2, 0, 0), digest(1, 1, 0), digest(1, 0, 1)]
    expect(new Set(made).size).toBe(4)
    expect(digest(1, 0, 0)).toBe(made[0])
  })

  it("is the same to the bit with every version of Node", () => {
    const hash = createHash("sha256")
    for (let speaker = 0; speaker < 40; speaker++) {
      for (let index = 0; index < 3; index++) {
        hash.update(new Uint8Array(speak(1, speaker, index).buffer))
      }
    }
    expect(hash.digest("hex").slice(0, 16)).toBe("9d54e2ae15156b7a")
  })

  it("is sound of about a second that neither clips nor blows up", () => {
    for (let speaker = 0; speaker < 12; speaker++) {
      const sound = speak(7, speaker, speaker)
      const peak = sound.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)
      expect(peak).toBeGreaterThan(0.1)
      expect(peak).toBeLessThan(1)
      expect(sound.length / sampleRate).toBeGreaterThan(0.5)
      expect(sound.length / sampleRate).toBeLessThan(2.5)
    }
  })
})

describe("a voice", () => {
  it("speaks at its pitch", () => {
    for (const speaker of [0, 1, 2, 3]) {
      const voice = {
        ...Voice.make(1, speaker),
        accent: 0,
        declination: 0,
        vibrato: 0,
        jitter: 0,
        breath: 0
      }
      const pitches = Array.from({ length: 5 }, (_, i) =>
        pitchOf(utterance(voice, Random.make(speaker, i)))
      ).sort((a, b) => a - b)
      // Each utterance may lie 7 % to either side.
      expect(Math.abs(pitches[2]! / voice.pitch - 1)).toBeLessThan(0.1)
    }
  })

  it("keeps away from the others, however many there are", () => {
    const pitches = Array.from({ length: 8 }, (_, i) => Voice.make(1, i).pitch).sort(
      (a, b) => a - b
    )
    pitches.slice(1).forEach((pitch, i) => expect(pitch / pitches[i]!).toBeGreaterThan(1.03))
    expect(pitches.at(-1)! / pitches[0]!).toBeGreaterThan(1.6)
  })
})

/** The median over short frames of the pitch by normalised autocorrelation. */
const pitchOf = (sound: Float32Array): number => {
  const length = 400
  const frames = Array.from({ length: Math.floor(sound.length / length) }, (_, i) =>
    sound.subarray(i * length, (i + 1) * length)
  )
  const energy = (frame: Float32Array) => frame.reduce((sum, sample) => sum + sample * sample, 0)
  const loudest = Math.max(...frames.map(energy))
  const pitches = frames.filter((frame) => energy(frame) > 0.2 * loudest).map(framePitch)
  return pitches.sort((a, b) => a - b)[Math.floor(pitches.length / 2)]!
}

const framePitch = (frame: Float32Array): number => {
  const lags = Array.from({ length: 90 }, (_, i) => i + 28)
  const likeness = lags.map((lag) => {
    let product = 0
    let energy = 0
    for (let i = lag; i < frame.length; i++) {
      product += frame[i]! * frame[i - lag]!
      energy += frame[i]! ** 2 + frame[i - lag]! ** 2
    }
    return (2 * product) / energy
  })
  // The first peak that is nearly as good as the best, since two periods are as alike as one.
  const good = 0.85 * Math.max(...likeness)
  const at = likeness.findIndex((like, i) => like >= good && like >= (likeness[i + 1] ?? 0))
  return sampleRate / lags[at]!
}

layer(TestFiles.layer)("a corpus on disk", (it) => {
  const small = { speakers: 2, utterances: 52, seed: 1 }

  const digests = (root: string) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const names = (yield* fs.readDirectory(root, { recursive: true })).sort()
      const files = names.filter((name) => name.endsWith(".wav"))
      return yield* Effect.forEach(files, (name) =>
        Effect.map(fs.readFile(path.join(root, name)), (bytes) => `${name} ${sha256(bytes)}`)
      )
    })

  it.scoped("has one folder a voice, names like FSDD's, and the same bytes anywhere", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const made = yield* Effect.forEach(["a", "b"], (name) =>
        Effect.gen(function* () {
          const folder = path.join(yield* TestFiles.temporaryFolder, name)
          const { result } = yield* TestFiles.listen(SyntheticVoices.provide({ ...small, folder }))
          return {
            files: yield* digests(result),
            root: result,
            left: yield* fs.readDirectory(folder)
          }
        })
      )
      const [first, second] = made
      expect(first?.files).toEqual(second?.files)
      expect(first?.files.length).toBe(104)
      expect(first?.left.length).toBe(1)
      expect((yield* fs.readDirectory(path.join(first!.root, "voice_02"))).sort()).toEqual(
        [...Array(50).keys()]
          .map((i) => `0_voice02_${i}.wav`)
          .concat("1_voice02_0.wav", "1_voice02_1.wav")
          .sort()
      )
    })
  )

  it.scoped("is made once, and again when it was changed or other voices are asked for", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* TestFiles.temporaryFolder
      const config = { speakers: 2, utterances: 2, seed: 3, folder }
      const first = yield* TestFiles.listen(SyntheticVoices.provide(config))
      const full = yield* digests(first.result)
      expect(first.heard).toEqual([
        `info: making 2 recordings of each of 2 synthetic voices in ${first.result}`
      ])

      const second = yield* TestFiles.listen(SyntheticVoices.provide(config))
      expect(second).toEqual({ result: first.result, heard: [] })

      const damaged = path.join(first.result, "voice_01", "0_voice01_1.wav")
      for (const hurt of [fs.truncate(damaged, 100), fs.remove(damaged)]) {
        yield* hurt
        const repaired = yield* TestFiles.listen(SyntheticVoices.provide(config))
        expect(repaired.heard).toEqual([
          `warning: the synthetic voices in ${first.result} were changed and are made again`
        ])
        expect(yield* digests(repaired.result)).toEqual(full)
      }

      const other = yield* TestFiles.listen(SyntheticVoices.provide({ ...config, seed: 4 }))
      expect(other.result).not.toBe(first.result)
      expect(yield* digests(other.result)).not.toEqual(full)
      expect(yield* digests(first.result)).toEqual(full)
    })
  )

  it.scoped("leaves nothing behind when interrupted, and removes what a killed process left", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* TestFiles.temporaryFolder
      const config = { speakers: 2, utterances: 400, seed: 1, folder }
      // A process id that no machine has.
      yield* fs.makeDirectory(path.join(folder, ".2x4-seed1-v1.99999999-0123abcd-0.tmp"))
      const fiber = yield* Effect.fork(TestFiles.listen(SyntheticVoices.provide(config)))
      const isBusy = Effect.map(fs.readDirectory(folder), (names) =>
        names.some((name) => name.includes("2x400"))
      )
      while (!(yield* isBusy)) yield* EventLoop.yieldToEventLoop
      expect(Exit.isInterrupted(yield* Fiber.interrupt(fiber))).toBe(true)
      expect(yield* fs.readDirectory(folder)).toEqual([])
    })
  )

  it.scoped("never takes the place of somebody else's folder", () =>
    Effect.gen(function* () {
      const folder = yield* TestFiles.temporaryFolder
      const config = { speakers: 2, utterances: 2, seed: 1, folder }
      const theirs = path.join(folder, "2x2-seed1-v1")
      yield* TestFiles.writeFiles(theirs, { "letter.txt": Uint8Array.of(1) })
      const { result } = yield* TestFiles.listen(Effect.either(SyntheticVoices.provide(config)))
      expect(Either.isLeft(result) && result.left.message).toBe(
        `${theirs}: is not a folder of synthetic voices: it has no synthetic-voices.json; move it away, or change data.synthetic.folder`
      )
      const fs = yield* FileSystem.FileSystem
      expect(yield* fs.readDirectory(theirs)).toEqual(["letter.txt"])
    })
  )
})
