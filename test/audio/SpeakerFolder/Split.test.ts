import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Division from "../../../src/audio/SpeakerFolder/Division.js"
import { byRecording } from "../../../src/audio/SpeakerFolder/SplitConfig.js"
import * as DataSplit from "../../../src/data/Split.js"
import * as TestFiles from "../TestFiles.js"
import * as Split from "../../../src/audio/SpeakerFolder/Split.js"

const config = { test_pattern: null, validation_fraction: 0.1, test_fraction: 0.2 }
const pattern = "^[0-9]_[A-Za-z0-9]+_[0-4]\\.wav$"

const corpus = (speakers: number, files: number): ReadonlyArray<Split.Named> =>
  Array.from({ length: speakers * files }, (_, i) => ({
    speaker: `speaker${Math.floor(i / files)}`,
    file: `${Math.floor((i % files) / 50)}_x_${(i % files) % 50}.wav`
  }))

const assign = (
  recordings: ReadonlyArray<Split.Named>,
  changes: Partial<Parameters<typeof Split.assign>[1]> = {}
) => Either.map(Split.assign(recordings, { ...config, ...changes }), ({ splits }) => splits)

const problem = (split: ReturnType<typeof assign>) => Either.getOrThrow(Either.flip(split))

describe("by hash", () => {
  const recordings = corpus(10, 200)
  const splits = Either.getOrThrow(assign(recordings))
  const share = (name: string) => splits.filter((split) => split === name).length / splits.length

  it("has about the parts that were asked for", () => {
    expect(Math.abs(share("test") - 0.2)).toBeLessThan(0.03)
    expect(Math.abs(share("validation") - 0.08)).toBeLessThan(0.02)
  })

  it("moves no file when others come or go, whatever their order", () => {
    const some = recordings.filter((_, i) => i % 3 !== 0).reverse()
    const before = new Map(recordings.map((r, i) => [`${r.speaker}/${r.file}`, splits[i]]))
    const after = Either.getOrThrow(assign(some))
    expect(after).toEqual(some.map((r) => before.get(`${r.speaker}/${r.file}`)))
  })

  it("has known places", () => {
    // A release that moved files would test on what an earlier one was trained on.
    const places = (name: string) => splits.flatMap((split, i) => (split === name ? i : []))
    expect(places("test").slice(0, 6)).toMatchInlineSnapshot(`
      [
        1,
        3,
        5,
        34,
        43,
        61,
      ]
    `)
    expect(places("validation").slice(0, 6)).toMatchInlineSnapshot(`
      [
        18,
        20,
        23,
        48,
        77,
        81,
      ]
    `)
  })
})

describe("by pattern", () => {
  it("is the test split, and the rest is divided by hash", () => {
    const recordings = corpus(4, 100)
    const splits = Either.getOrThrow(assign(recordings, { test_pattern: pattern }))
    recordings.forEach(({ file }, i) =>
      expect(splits[i] === "test").toBe(/_[0-4]\.wav$/.test(file))
    )
    const rest = splits.filter((split) => split !== "test")
    const validation = rest.filter((split) => split === "validation").length / rest.length
    expect(Math.abs(validation - 0.1)).toBeLessThan(0.04)
  })

  it("that matches nothing leaves it to the hash", () => {
    const recordings = corpus(4, 100)
    expect(assign(recordings, { test_pattern: "[.]flac$" })).toEqual(assign(recordings))
  })

  it("that is no regular expression is an error that names the field", () => {
    const error = problem(assign(corpus(2, 50), { test_pattern: "(" }))
    expect(error.path).toBe("data.split.test_pattern")
    expect(error.message).toContain("Unterminated group")
  })
})

describe("a small set", () => {
  const sets = Array.from({ length: 60 }, (_, seed) =>
    ["ada", "grace"].flatMap((speaker) =>
      [1, 2].map((n): Split.Named => ({ speaker, file: `take${seed}-${n}.wav` }))
    )
  )

  it("of two speakers with two files each fills every split, and trains on both, whatever its names", () => {
    for (const recordings of sets) {
      const { moved, splits } = Either.getOrThrow(Split.assign(recordings, config))
      const speakers = recordings.flatMap(({ speaker }, i) =>
        splits[i] === "train" ? speaker : []
      )
      expect(speakers.sort()).toStrictEqual(["ada", "grace"])
      expect([...splits].sort()).toStrictEqual(["test", "train", "train", "validation"])
      expect(moved.length).toBeLessThanOrEqual(3)
    }
  })

  it("says what had to move, and moves nothing where nothing has to", () => {
    const four = sets[0]!
    const { moved, splits } = Either.getOrThrow(
      Split.assign(four, { ...config, validation_fraction: 1e-9, test_fraction: 1e-9 })
    )
    expect(moved.map(({ to }) => to).sort()).toStrictEqual(["test", "validation"])
    for (const { recording, to } of moved) expect(splits[four.indexOf(recording)]).toBe(to)
    expect(Either.getOrThrow(Split.assign(corpus(10, 200), config)).moved).toStrictEqual([])
  })

  it("never moves what a pattern has chosen", () => {
    const files = ["1_x_0.wav", "1_x_7.wav", "1_x_8.wav"]
    const recordings = ["ada", "grace"].flatMap((speaker) =>
      files.map((file) => ({ speaker, file }))
    )
    const splits = Either.getOrThrow(
      assign(recordings, { test_pattern: pattern, validation_fraction: 1e-9 })
    )
    expect(splits.filter((split) => split === "validation")).toHaveLength(1)
    recordings.forEach(({ file }, i) => expect(splits[i] === "test").toBe(file === files[0]))
  })

  it("gives a speaker that the hash left without training data some", () => {
    const recordings = [
      ...corpus(3, 60),
      ...corpus(60, 1).map((r) => ({ ...r, speaker: `x${r.speaker}` }))
    ]
    const splits = Either.getOrThrow(assign(recordings))
    const trained = new Set(
      recordings.flatMap(({ speaker }, i) => (splits[i] === "train" ? speaker : []))
    )
    expect(trained.size).toBe(63)
  })
})

describe("what cannot be divided", () => {
  it("says what is needed at least", () => {
    const error = problem(assign(sets(3)))
    expect(error.message).toBe(
      "data.root: 3 recordings of 2 speakers are too few: each speaker needs one to train on, and " +
        "validation and test need one each more. Add recordings, so that there are at least 4"
    )
    const recordings = ["ada", "grace"].flatMap((speaker) => [
      { speaker, file: "1_x_0.wav" },
      { speaker, file: "1_x_7.wav" }
    ])
    expect(problem(assign(recordings, { test_pattern: pattern })).message).toContain(
      "and validation needs one more. Add recordings, so that there are at least 3 beside those that data.split.test_pattern matches"
    )
  })

  const sets = (size: number) =>
    Array.from({ length: size }, (_, i) => ({
      speaker: i === 0 ? "ada" : "grace",
      file: `${i}.wav`
    }))

  it("a pattern that takes everything is named", () => {
    expect(problem(assign(corpus(2, 100), { test_pattern: "wav" })).path).toBe(
      "data.split.test_pattern"
    )
  })

  it("a speaker without training data is named", () => {
    const recordings = [...corpus(3, 60), { speaker: "nadia", file: "0_x_3.wav" }]
    const error = problem(assign(recordings, { test_pattern: pattern }))
    expect(error.message).toContain("speaker nadia")
    expect(error.message).toContain("data.split.test_pattern")
  })
})

describe("a named split", () => {
  const recordings = Array.from({ length: 120 }, (_, i) => ({
    speaker: `s${Math.floor(i / 30)}`,
    label: Math.floor(i / 30),
    file: `session${Math.floor((i % 30) / 5)}/${i % 5}.flac`
  }))
  const divided = (split: Division.Options["split"], group: string | null = null) =>
    Effect.flatMap(Division.make({ split, group }), (divide) => divide(recordings)).pipe(
      TestFiles.listen,
      Effect.either,
      Effect.runSync
    )
  const splitsOf = (...options: Parameters<typeof divided>) =>
    Either.getOrThrow(divided(...options)).result

  it("keeps the sessions of a speaker together", () => {
    for (const split of [DataSplit.hash.make({ test: 0.2 }), DataSplit.kFold.make()]) {
      const splits = splitsOf(split, "^[^/]+/[^/]+")
      expect(new Set(splits).size).toBe(3)
      recordings.forEach((_, i) => expect(splits[i]).toBe(splits[i - (i % 5)]))
    }
  })

  it("takes each fold of k once for the test", () => {
    const tests = [0, 1, 2].map((fold) =>
      splitsOf({ name: "k_fold", folds: 3, fold, stratify: false, seed: 0 })
    )
    recordings.forEach((_, i) =>
      expect(tests.filter((splits) => splits[i] === "test").length).toBe(1)
    )
  })

  it("by file goes by the path", () => {
    const splits = splitsOf(DataSplit.byName.make({ test: "session0/", validation: "session1/" }))
    expect(recordings.filter((_, i) => splits[i] === "test").map(({ file }) => file)).toEqual(
      recordings.map(({ file }) => file).filter((file) => file.startsWith("session0/"))
    )
  })

  it("by speaker says that some are never heard in training", () => {
    const { heard, result } = Either.getOrThrow(
      divided(DataSplit.random.make({ validation: 30, test: 30 }), "^[^/]+")
    )
    expect(
      ["train", "validation", "test"].map((name) => result.filter((one) => one === name).length)
    ).toEqual([60, 30, 30])
    expect(heard[0]).toMatch(
      /^warning: 2 of 4 speakers have no recording to train on, such as s\d: /
    )
  })

  it("by recordings is the same with its name and without", () => {
    const fractions = { test_pattern: null, validation_fraction: 0.1, test_fraction: 0.2 }
    expect(splitsOf(byRecording.make(fractions))).toEqual(splitsOf(fractions))
  })

  it("has errors that name the field", () => {
    const why = (...options: Parameters<typeof divided>) =>
      Either.getOrThrow(Either.flip(divided(...options))).message
    expect(why(config, "^[^/]+")).toMatch(/^data.group: is for a named split/)
    expect(why(DataSplit.hash.make(), "(")).toMatch(/^data.group: .*; write a regular expression/)
    expect(why(DataSplit.hash.make(), "^x")).toBe(
      "data.group: matches nothing of s0/session0/0.flac"
    )
    expect(why(DataSplit.random.make({ test: 120 }))).toMatch(/^data.split: leaves no examples/)
  })
})
