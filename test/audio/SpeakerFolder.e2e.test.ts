import * as FileSystem from "@effect/platform/FileSystem"
import { describe, expect, it, layer } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as path from "node:path"
import { SpeakerData } from "../../src/audio/SpeakerData.js"
import { speakerFolder, utteranceFeatures } from "../../src/audio/SpeakerFolder.js"
import * as Parts from "../../src/audio/Parts.js"
import { featuresIn } from "../../src/audio/SpeakerFolder/Recordings.js"
import * as FeatureCache from "../../src/audio/FeatureCache.js"
import * as Random from "../../src/audio/SyntheticVoices/Random.js"
import * as Wav from "../../src/audio/Wav.js"
import { DataWorkerCount } from "../../src/data/workers/DataWorkers.js"
import * as TestFiles from "./TestFiles.js"
import { data, fmt, riff, samples } from "./WavBytes.js"

const decode = Schema.decodeUnknownSync(SpeakerData, { onExcessProperty: "error" })

/** Enough recordings of each speaker that every split has some; tones tell them apart. */
const corpus = (speakers: ReadonlyArray<string>, each = 30) =>
  Object.fromEntries(
    speakers.flatMap((speaker, s) =>
      Array.from({ length: each }, (_, i) => [
        `${speaker}/0_${speaker}_${i}.wav`,
        TestFiles.tone(300 + 400 * s + 3 * i, 0.1)
      ])
    )
  )

/** A folder for a corpus and one for the cache; `load` loads the one with the other. */
const workplace = Effect.gen(function* () {
  const folder = yield* TestFiles.temporaryFolder
  const root = path.join(folder, "speech")
  const settings = { root, cache_dir: path.join(folder, "cache"), frames: 20, mels: 10 }
  const load = (changes: object = {}) =>
    TestFiles.listen(speakerFolder({ data: decode({ ...settings, ...changes }) }))
  const fail = (changes: object = {}) =>
    Effect.map(
      TestFiles.listen(Effect.either(speakerFolder({ data: decode({ ...settings, ...changes }) }))),
      ({ result }) => Either.getOrThrow(Either.flip(result))
    )
  const warnings = (heard: ReadonlyArray<string>) => heard.filter((line) => line.startsWith("warn"))
  return { root, settings, load, fail, warnings }
})

const indices = (size: number) => Int32Array.from({ length: size }, (_, i) => i)

/** Recordings of half a second, and of less than an example. */
const varied = Object.fromEntries(
  ["ada", "ben"].flatMap((speaker, s) =>
    Array.from({ length: 12 }, (_, i) => [
      `${speaker}/${i}.wav`,
      TestFiles.tone(300 + 400 * s + 3 * i, i % 3 === 0 ? 0.15 : 0.5)
    ])
  )
)
const everything = {
  speed: [0.9, 1.1],
  reverberation: { probability: 0.7, source: "simulated", rt60_max: 0.2 },
  noise: { probability: 0.7, source: "pink" },
  spec_augment: { time_width: 4, frequency_width: 3, time_warp: 2 }
}
const mulberry = (seed: number) => Random.make(seed).next

layer(TestFiles.layer)("data.augment", (it) => {
  it.scoped("changes training examples by the random numbers given, and by nothing else", () =>
    Effect.gen(function* () {
      const { load, root } = yield* workplace
      yield* TestFiles.writeFiles(root, varied)
      const { result: plain } = yield* load()
      const { heard, result } = yield* load({ augment: everything })
      expect(heard[0]).toMatch(/^info: decoding recordings to augment, to be kept in /)
      const all = indices(result.train.size)
      const batch = (seed?: number, at = all) =>
        result.train.batch(at, seed === undefined ? undefined : mulberry(seed))
      const { inputs, labels } = yield* batch(1)
      expect((yield* batch(1)).inputs).toEqual(inputs)
      expect((yield* batch(2)).inputs).not.toEqual(inputs)
      expect([...(inputs as Float32Array)].every(Number.isFinite)).toBe(true)
      expect(labels).toEqual((yield* plain.train.batch(all)).labels)
      // Any position in constant time: the first of a batch is what it is alone.
      const one = (yield* batch(1, all.subarray(0, 1))).inputs
      expect(inputs.slice(0, 200)).toEqual(one)

      expect((yield* batch()).inputs).toEqual((yield* plain.train.batch(all)).inputs)
      for (const split of ["validation", "test"] as const) {
        expect((yield* result[split].batch(Int32Array.of(0), mulberry(1))).inputs).toEqual(
          (yield* plain[split].batch(Int32Array.of(0), mulberry(1))).inputs
        )
      }
      expect(result.fingerprint).toBe(plain.fingerprint)
    })
  )

  it.scoped("gives the very features where it draws nothing, and the same in threads", () =>
    Effect.gen(function* () {
      const { load, root } = yield* workplace
      yield* TestFiles.writeFiles(root, varied)
      const never = { noise: { probability: 0 }, reverberation: { probability: 0 } }
      const { result: plain } = yield* load()
      const { result } = yield* load({ augment: never })
      const all = indices(result.train.size)
      // One number an example says where it begins; of the others nothing follows.
      const half = () => 0.5
      const { inputs } = yield* result.train.batch(all, half)
      expect(inputs).toEqual((yield* plain.train.batch(all, half)).inputs)
      const { result: alone } = yield* load({ augment: everything })
      const { result: threaded } = yield* load({ augment: everything }).pipe(
        Effect.provideService(DataWorkerCount, 2)
      )
      expect((yield* threaded.train.batch(all, mulberry(3))).inputs).toEqual(
        (yield* alone.train.batch(all, mulberry(3))).inputs
      )
    })
  )

  it.scoped("adds noise and rooms from folders, which belong to the fingerprint", () =>
    Effect.gen(function* () {
      const { fail, load, root } = yield* workplace
      yield* TestFiles.writeFiles(root, varied)
      const folder = yield* TestFiles.temporaryFolder
      yield* TestFiles.writeFiles(folder, {
        "noise/street/a.wav": TestFiles.tone(1800, 0.1),
        "rooms/b.wav": TestFiles.tone(5, 0.05, 8000, 0.9)
      })
      const augment = {
        noise: { probability: 1, source: path.join(folder, "noise") },
        reverberation: { probability: 1, source: path.join(folder, "rooms") }
      }
      const { result: plain } = yield* load()
      const { result } = yield* load({ augment })
      const { inputs } = yield* result.train.batch(Int32Array.of(0), mulberry(1))
      expect(inputs).not.toEqual((yield* plain.train.batch(Int32Array.of(0), mulberry(1))).inputs)
      expect(result.fingerprint).not.toBe(plain.fingerprint)
      const missing = { noise: { source: path.join(folder, "nothing") } }
      expect((yield* fail({ augment: missing })).message).toMatch(
        /^data\.augment\.noise\.source: there is no folder .*nothing; give white, pink or a folder/
      )
    })
  )
})

layer(TestFiles.layer)("speakerFolder in threads", (it) => {
  it.scoped("gives the same data, order and warnings as on the main thread", () =>
    Effect.gen(function* () {
      const { root, settings } = yield* workplace
      const tone = TestFiles.tone(999, 0.2)
      yield* TestFiles.writeFiles(root, {
        ...varied,
        // Of the same content, in threads side by side; and longer than a part of a file.
        "ada/same1.wav": tone,
        "ada/same2.wav": tone,
        "ben/broken.wav": Uint8Array.of(1),
        "ben/long.wav": TestFiles.tone(700, 20)
      })
      // As it is built, as users run it: threads of the sources would translate each module first.
      const url = new URL("../../dist/audio/SpeakerFolder.js", import.meta.url)
      const built = (yield* Effect.promise(() => import(url.href))) as {
        readonly speakerFolder: typeof speakerFolder
      }
      const load = (workers: number) =>
        Effect.gen(function* () {
          const cache = path.join(root, "..", `cache${workers}`)
          const { heard, result } = yield* TestFiles.listen(
            built.speakerFolder({ data: decode({ ...settings, cache_dir: cache }) })
          )
          const batch = yield* result.train.batch(indices(result.train.size), mulberry(1))
          const said = heard.map((line) => line.replace(/kept in .*/, ""))
          return { batch, fingerprint: result.fingerprint, said }
        }).pipe(Effect.provideService(DataWorkerCount, workers))
      const alone = yield* load(0)
      expect(alone.said.length).toBe(2)
      expect(yield* load(2)).toEqual(alone)
    })
  )
})

layer(TestFiles.layer)("speakerFolder", (it) => {
  it.scoped("labels recordings with their speakers, sorted by name", () =>
    Effect.gen(function* () {
      const { load, root } = yield* workplace
      yield* TestFiles.writeFiles(root, corpus(["zoe", "Ben", "anna"]))
      const { heard, result } = yield* load()
      expect(result.name).toBe("speech")
      expect(result.classes).toEqual(["Ben", "anna", "zoe"])
      expect([result.inputShape, result.labelShape]).toEqual([[20, 10], []])
      expect(result.train.size + result.validation.size + result.test.size).toBe(90)
      expect(heard.length).toBe(1)
      expect(heard[0]).toContain("info: computing features")

      // The tone of a speaker decides which band is loudest.
      const batch = yield* result.train.batch(indices(result.train.size))
      const loudest = new Map<number, Set<number>>()
      batch.labels.forEach((label, i) => {
        const row = [...batch.inputs.subarray(i * 200, i * 200 + 10)]
        const bands = loudest.get(label) ?? new Set()
        loudest.set(label, bands.add(row.indexOf(Math.max(...row))))
      })
      // zoe's tones lie lowest, then Ben's, then anna's.
      const [ben, anna, zoe] = [0, 1, 2].map((label) => [...loudest.get(label)!])
      expect(Math.max(...zoe!)).toBeLessThan(Math.min(...ben!))
      expect(Math.max(...ben!)).toBeLessThan(Math.min(...anna!))
    })
  )

  it.scoped("describes an example: the recording, its file, and the seconds of it", () =>
    Effect.gen(function* () {
      const { load, root } = yield* workplace
      yield* TestFiles.writeFiles(root, corpus(["a", "b"]))
      yield* TestFiles.writeFiles(root, {
        "a/long.wav": TestFiles.tone(300, 1),
        "a/short.wav": TestFiles.tone(300, 0.1)
      })
      const { result } = yield* load({ split: { test_pattern: "^(long|short)" } })
      const all = [0, 1].map((index) => result.test.describe!(index))
      // Of 98 frames the 20 in the middle, from number 39 on; one every 10 ms, 25 ms long.
      expect(all).toEqual([
        { name: "a/long.wav", path: path.join(root, "a/long.wav"), from: 0.39, to: 0.605 },
        { name: "a/short.wav", path: path.join(root, "a/short.wav"), from: 0, to: 0.095 }
      ])
    })
  )

  it.scoped("fetches any examples in any order, repeatably", () =>
    Effect.gen(function* () {
      const { load, root } = yield* workplace
      yield* TestFiles.writeFiles(root, corpus(["a", "b"]))
      const { train } = (yield* load()).result
      const some = yield* train.batch(Int32Array.of(7, 3, 7))
      const one = yield* train.batch(Int32Array.of(3))
      expect([some.size, some.inputs.length, some.labels.length]).toEqual([3, 600, 3])
      expect(some.inputs.subarray(200, 400)).toEqual(one.inputs)
      expect(some.inputs.subarray(0, 200)).toEqual(some.inputs.subarray(400))
      expect(some.labels[1]).toBe(one.labels[0])
    })
  )

  it.scoped("tiles what is short and crops what is long, at random where it may draw", () =>
    Effect.gen(function* () {
      const { load, root } = yield* workplace
      const chirp = Float32Array.from({ length: 86 * 8000 }, (_, i) => 0.5 * Math.sin(i * i * 1e-6))
      yield* TestFiles.writeFiles(root, {
        ...corpus(["a", "b"]),
        "a/long.wav": Wav.encode(chirp, 8000),
        "a/short.wav": Wav.encode(chirp.subarray(0, 8000 * 0.075), 8000)
      })
      const { result } = yield* load({ split: { test_pattern: "^(long|short)" } })
      expect(result.test.size).toBe(2)
      const at = (draw?: number) =>
        Effect.map(
          result.test.batch(Int32Array.of(0, 1), draw === undefined ? undefined : () => draw),
          (batch) => {
            const rows = Array.from({ length: 40 }, (_, i) =>
              batch.inputs.subarray(i * 10, i * 10 + 10).join()
            )
            return { long: rows.slice(0, 20), short: rows.slice(20) }
          }
        )
      const [plain, first, last] = [yield* at(), yield* at(0), yield* at(0.999_999)]
      // Six frames fit into 75 ms.
      expect(plain.short.slice(6)).toEqual(plain.short.slice(0, 14))
      expect(first.short).toEqual(plain.short)
      expect(last.short).toEqual([plain.short[5], ...plain.short.slice(0, 19)])
      expect(new Set(plain.short).size).toBe(6)
      expect(new Set([plain.long[0], first.long[0], last.long[0]]).size).toBe(3)
    })
  )

  it.scoped("skips what is not speech, and reports what and why", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { load, root, warnings } = yield* workplace
      yield* TestFiles.writeFiles(root, {
        ...corpus(["a", "b"]),
        "README.md": Uint8Array.of(1),
        ".git/x.wav": Uint8Array.of(1),
        "notes/x.txt": Uint8Array.of(1),
        "a/.DS_Store": Uint8Array.of(1),
        "a/.hidden.wav": Uint8Array.of(1),
        "a/x.txt": Uint8Array.of(1),
        "a/x1.wav": TestFiles.tone(440, 0),
        "a/x2.wav": Wav.encode(new Float32Array(4000).fill(0.3), 8000),
        "a/x3.wav": new TextEncoder().encode("fLaC, truly"),
        "a/x4.wav": TestFiles.tone(440, 0.01),
        "a/x8.WAV": TestFiles.tone(440, 0.3, 44_100)
      })
      yield* fs.symlink(path.join(root, "gone"), path.join(root, "a", "x5.wav"))
      yield* fs.makeDirectory(path.join(root, "a", "x6.wav"))
      yield* fs.symlink(path.join(root, "gone"), path.join(root, "lost"))
      const { heard, result } = yield* load()
      expect(result.train.size + result.validation.size + result.test.size).toBe(61)
      expect(warnings(heard)).toEqual([
        `warning: skipped ${root}/lost: it is a link that leads nowhere`,
        `warning: skipped ${root}/notes: it holds no recordings (.wav, .flac, .mp3, .ogg, .oga, .opus)`,
        `warning: skipped ${root}/a/x1.wav: it holds no samples`,
        `warning: skipped ${root}/a/x2.wav: it is silent, or nearly so`,
        `warning: skipped ${root}/a/x3.wav: it is truncated: it ends before its first frame`,
        `warning: skipped ${root}/a/x4.wav: it is shorter than one frame of 25 ms`,
        `warning: skipped ${root}/a/x5.wav: it is a link that leads nowhere`,
        `warning: skipped ${root}/a/x6.wav: it is not a file`
      ])
    })
  )

  it.scoped("names twenty skipped files and counts the rest", () =>
    Effect.gen(function* () {
      const { load, root, warnings } = yield* workplace
      const broken = Array.from({ length: 23 }, (_, i) => [`a/broken${i}.wav`, Uint8Array.of(1)])
      yield* TestFiles.writeFiles(root, { ...corpus(["a", "b"]), ...Object.fromEntries(broken) })
      const heard = warnings((yield* load()).heard)
      expect(heard.length).toBe(21)
      expect(heard.at(-1)).toBe("warning: and 3 more files were skipped")
    })
  )

  it.scoped("follows links to files and folders", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { load, root } = yield* workplace
      yield* TestFiles.writeFiles(root, corpus(["a"]))
      yield* TestFiles.writeFiles(path.join(root, "..", "elsewhere"), corpus(["b"]))
      yield* fs.symlink(path.join(root, "..", "elsewhere", "b"), path.join(root, "b"))
      const { result } = yield* load()
      expect(result.classes).toEqual(["a", "b"])
    })
  )

  it.scoped("has a fingerprint of the data, not of where they lie", () =>
    Effect.gen(function* () {
      const first = yield* workplace
      const second = yield* workplace
      yield* TestFiles.writeFiles(first.root, corpus(["a", "b"]))
      yield* TestFiles.writeFiles(second.root, corpus(["a", "b"]))
      const { fingerprint } = (yield* first.load()).result
      expect(fingerprint).toMatch(/^[0-9a-f]{64}$/)
      expect((yield* second.load()).result.fingerprint).toBe(fingerprint)

      const others = [
        yield* first.load({ mels: 11 }),
        yield* first.load({ frames: 21 }),
        yield* first.load({ split: { validation_fraction: 0.2 } })
      ]
      yield* TestFiles.writeFiles(second.root, { "a/0_a_3.wav": TestFiles.tone(50) })
      others.push(yield* second.load())
      const all = [fingerprint, ...others.map(({ result }) => result.fingerprint)]
      expect(new Set(all).size).toBe(5)
    })
  )

  it.scoped("computes features once, and again for files whose content has changed", () =>
    Effect.gen(function* () {
      const { load, root } = yield* workplace
      yield* TestFiles.writeFiles(root, corpus(["a", "b"]))
      const computing = (heard: ReadonlyArray<string>) =>
        heard.some((line) => line.includes("computing"))
      const first = yield* load()
      const second = yield* load()
      expect([computing(first.heard), computing(second.heard)]).toEqual([true, false])
      const all = ({ result: { test, train, validation } }: typeof first) =>
        Effect.forEach([train, validation, test], ({ batch, size }) => batch(indices(size)))
      expect(yield* all(second)).toEqual(yield* all(first))

      // The same size and name, another content.
      yield* TestFiles.writeFiles(root, { "a/0_a_3.wav": TestFiles.tone(999, 0.1) })
      const third = yield* load()
      expect(computing(third.heard)).toBe(true)
      const changed = yield* all(third)
      expect(changed).not.toEqual(yield* all(first))
      const fresh = yield* load({ cache_dir: path.join(root, "..", "other") })
      expect(yield* all(fresh)).toEqual(changed)
    })
  )

  it.scoped("gives the same batches from the files of the cache as from memory", () =>
    Effect.gen(function* () {
      const { load, root } = yield* workplace
      const long = Float32Array.from({ length: 40_000 }, (_, i) => 0.5 * Math.sin(i * i * 1e-6))
      yield* TestFiles.writeFiles(root, {
        ...corpus(["a", "b"]),
        "a/long.wav": Wav.encode(long, 8000)
      })
      const batches = ({
        result: { test, train, validation }
      }: Effect.Effect.Success<ReturnType<typeof load>>) => {
        let state = 1
        const draw = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
        return Effect.forEach([train, validation, test], ({ batch, size }) =>
          Effect.all([batch(indices(size)), batch(indices(size), draw)])
        )
      }
      const expected = yield* batches(yield* load())
      for (const limits of [
        { heldBytes: 0, segmentBytes: 2 ** 20 },
        { heldBytes: 5000, segmentBytes: 2000 }
      ]) {
        const cold = { cache_dir: path.join(root, "..", `cache${limits.heldBytes}`) }
        for (const changes of [{}, cold, cold]) {
          const loaded = yield* Effect.provideService(load(changes), FeatureCache.Limits, limits)
          expect(yield* batches(loaded)).toEqual(expected)
        }
      }
    })
  )

  it.scoped("refuses a pattern before it looks for data", () =>
    Effect.gen(function* () {
      const { fail, root } = yield* workplace
      // Whose folder is not there: it would be the next thing to fail.
      const error = yield* fail({ root: `${root}/nowhere`, split: { test_pattern: "^(?!dev)" } })
      expect(error).toMatchObject({ reason: "Mismatch", path: "data.split.test_pattern" })
    })
  )

  it.scoped("names the cache whose files can no longer be read", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { load, root, settings } = yield* workplace
      yield* TestFiles.writeFiles(root, corpus(["a", "b"]))
      const limits = { heldBytes: 0, segmentBytes: 2 ** 20 }
      const { result } = yield* Effect.provideService(load(), FeatureCache.Limits, limits)
      for (const name of yield* fs.readDirectory(settings.cache_dir, { recursive: true })) {
        if (name.endsWith(".features")) yield* fs.truncate(path.join(settings.cache_dir, name), 100)
      }
      const error = yield* Effect.flip(result.train.batch(Int32Array.of(0)))
      expect(error.path).toBe(settings.cache_dir)
      expect(error.message).toContain("run again, and they are computed again")
    })
  )

  it.scoped("reads a long recording in parts, with others having their turn between them", () =>
    Effect.gen(function* () {
      const { load, root, settings } = yield* workplace
      const noise = Float32Array.from({ length: 900_000 }, (_, i) => ((i * 7919) % 1009) / 2018)
      const long = Wav.encode(noise, 11_025)
      yield* TestFiles.writeFiles(root, { ...corpus(["a", "b"]), "a/long.wav": long })
      yield* load()
      // Nothing but the long recording is computed.
      yield* TestFiles.writeFiles(root, {
        "a/long.wav": Wav.encode(
          noise.map((x) => x / 2),
          11_025
        )
      })
      let turns = 0
      let handle = setImmediate(function turn() {
        turns++
        handle = setImmediate(turn)
      })
      const { result } = yield* load({ split: { test_pattern: "long" } })
      clearImmediate(handle)
      // 61 files, and three reads of seven parts of the one.
      expect(turns).toBeGreaterThan(61 + 3 * 6)
      const { inputs } = yield* result.test.batch(Int32Array.of(0), () => 0)
      const options = { sampleRate: 8000, mels: 10, windowMs: 25, hopMs: 10 }
      const full = yield* featuresIn(
        Parts.ofMemory(
          Wav.encode(
            noise.map((x) => x / 2),
            11_025
          )
        ),
        options
      )
      expect(inputs).toEqual(full.slice(0, 200))
      const all = yield* utteranceFeatures(path.join(root, "a/long.wav"), decode(settings))
      expect(all.slice(-200)).toEqual(full.slice(-200))
    })
  )

  it.scoped("says once that it computes features, however many files are of no use", () =>
    Effect.gen(function* () {
      const { load, root } = yield* workplace
      const silent = Array.from({ length: 5 }, (_, i) => [
        `a/0${i}.wav`,
        Wav.encode(new Float32Array(4000 + i), 8000)
      ])
      yield* TestFiles.writeFiles(root, { ...Object.fromEntries(silent), ...corpus(["a", "b"]) })
      const { heard } = yield* load()
      expect(heard.filter((line) => line.includes("computing features")).length).toBe(1)
      expect(heard.filter((line) => line.includes("is silent")).length).toBe(5)
    })
  )

  it.scoped("says of channels that cancel each other out that the loudest is used", () =>
    Effect.gen(function* () {
      const { load, root, warnings } = yield* workplace
      const antiphase = Array.from({ length: 4000 }, (_, i) => Math.round(9000 * Math.sin(i / 5)))
      const stereo = (shift: number) =>
        riff([
          fmt({ channels: 2 }),
          data(
            samples(
              antiphase.flatMap((x) => [x + shift, -x - shift]),
              "setInt16",
              2
            )
          )
        ])
      yield* TestFiles.writeFiles(root, {
        ...corpus(["a", "b"]),
        "a/x.wav": stereo(0),
        "b/y.wav": stereo(1)
      })
      const { heard, result } = yield* load()
      expect(result.train.size + result.validation.size + result.test.size).toBe(62)
      expect(warnings(heard)).toEqual([
        `warning: the channels of ${root}/a/x.wav and of 1 more file cancel each other out: the loudest is used instead of their mean`
      ])
    })
  )

  it.scoped("says what is missing, and the way out", () =>
    Effect.gen(function* () {
      const { fail, root } = yield* workplace
      expect((yield* fail()).message).toBe(
        `${root}: there is no such folder; set data.root to a folder of speakers, or to null for synthetic voices`
      )
      yield* TestFiles.writeFiles(root, { "README.md": Uint8Array.of(1) })
      expect((yield* fail()).message).toContain(
        "holds no recordings; at least two folders of recordings"
      )
      yield* TestFiles.writeFiles(root, corpus(["a"]))
      expect((yield* fail()).message).toContain("holds one speaker only, a")
      yield* TestFiles.writeFiles(root, { "b/x.wav": Uint8Array.of(1) })
      const none = yield* fail()
      expect(none.path).toBe(path.join(root, "b"))
      expect(none.message).toContain("none of its 1 recordings can be used")
      expect((yield* fail({ mels: 200 })).path).toBe("data.mels")
      expect((yield* fail({ root: path.join(root, "README.md") })).reason).toBe("Unreadable")
    })
  )

  it.scoped("keeps what was computed when it is interrupted", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { load, root, settings } = yield* workplace
      yield* TestFiles.writeFiles(root, corpus(["a", "b"]))
      const reached = yield* Deferred.make<void>()
      const stuck = TestFiles.intercepted((path, open) =>
        path.endsWith("b_15.wav")
          ? Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never)
          : open
      )
      const alone = Effect.provideService(load(), DataWorkerCount, 0)
      const fiber = yield* Effect.fork(Effect.provide(alone, stuck))
      yield* Deferred.await(reached)
      expect(Exit.isInterrupted(yield* Fiber.interrupt(fiber))).toBe(true)

      const size = Effect.gen(function* () {
        const files = yield* fs.readDirectory(settings.cache_dir, { recursive: true })
        const segments = files.filter((name) => name.endsWith(".features"))
        expect(segments.length).toBe(1)
        return Number((yield* fs.stat(path.join(settings.cache_dir, segments[0]!))).size)
      })
      const partial = yield* size
      yield* load()
      // All 30 of a and the 7 of b before "0_b_15.wav": 8 frames of 10 floats each, and a digest.
      const missing = (yield* size) - partial
      expect(missing).toBeGreaterThan(23 * (8 * 10 * 4 + 64))
      expect(missing).toBeLessThan(23.9 * (8 * 10 * 4 + 80))
    })
  )

  it.scoped("gives a model the windows that cover a file", () =>
    Effect.gen(function* () {
      const { root, settings } = yield* workplace
      yield* TestFiles.writeFiles(root, {
        "x.wav": TestFiles.tone(440, 0.605),
        "y.wav": Uint8Array.of(1)
      })
      const data = decode(settings)
      // 58 frames: four more windows of 20 at most 10 apart.
      const windows = yield* utteranceFeatures(path.join(root, "x.wav"), data)
      expect(windows.length).toBe(5 * 20 * 10)
      const error = yield* Effect.flip(utteranceFeatures(path.join(root, "y.wav"), data))
      expect(error.message).toBe(
        `${path.join(root, "y.wav")}: is none of WAV, FLAC, MP3 and Ogg by its first bytes`
      )
      const missing = yield* Effect.flip(utteranceFeatures(path.join(root, "z.wav"), data))
      expect(missing.message).toBe(`${path.join(root, "z.wav")}: does not exist`)
    })
  )

  it.scoped("makes synthetic voices where there is no root", () =>
    Effect.gen(function* () {
      const { load, root } = yield* workplace
      const synthetic = { speakers: 3, utterances: 40, seed: 2, folder: path.join(root, "voices") }
      const { heard, result } = yield* load({ root: null, synthetic })
      expect(result.name).toBe("synthetic voices")
      expect(result.classes).toEqual(["voice_01", "voice_02", "voice_03"])
      expect(heard[0]).toContain("making 40 recordings of each of 3 synthetic voices")
    })
  )
})

describe("files that the operating system forbids", () => {
  it.scoped("are skipped", () =>
    Effect.gen(function* () {
      const { load, root, warnings } = yield* workplace
      yield* TestFiles.writeFiles(root, corpus(["a", "b"]))
      const { heard } = yield* load()
      expect(warnings(heard)).toEqual([
        `warning: skipped ${root}/a/0_a_7.wav: it may not be read: permission is denied`
      ])
    }).pipe(
      Effect.provide(
        TestFiles.intercepted((path, open) =>
          path.endsWith("a_7.wav") ? Effect.fail(TestFiles.permissionDenied) : open
        )
      )
    )
  )
})

describe("SpeakerData", () => {
  it("has a default for every field", () => {
    expect(decode({})).toEqual({
      root: null,
      synthetic: { speakers: 8, utterances: 200, seed: 1, folder: ".cache/voices" },
      sample_rate: 8000,
      mels: 40,
      window_ms: 25,
      hop_ms: 10,
      frames: 98,
      split: {
        name: "by_recording",
        test_pattern: null,
        validation_fraction: 0.1,
        test_fraction: 0.1
      },
      group: null,
      augment: { speed: [], reverberation: null, noise: null, spec_augment: null },
      cache_dir: ".cache/features"
    })
    expect(decode({ split: { test_pattern: "x" } }).split).toEqual({
      name: "by_recording",
      test_pattern: "x",
      validation_fraction: 0.1,
      test_fraction: 0.1
    })
  })
})
