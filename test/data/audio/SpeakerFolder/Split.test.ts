import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Split from "../../../../src/data/audio/SpeakerFolder/Split.js"

const config = { test_pattern: null, validation_fraction: 0.1, test_fraction: 0.2 }
const pattern = "^[0-9]_[A-Za-z0-9]+_[0-4]\\.wav$"

const corpus = (speakers: number, files: number): ReadonlyArray<Split.Named> =>
  Array.from({ length: speakers * files }, (_, i) => ({
    speaker: `speaker${Math.floor(i / files)}`,
    file: `${Math.floor((i % files) / 50)}_x_${(i % files) % 50}.wav`
  }))

const assign = (
  recordings: ReadonlyArray<Split.Named>,
  changes: Partial<typeof config | { test_pattern: string }> = {}
) => Split.assign(recordings, { ...config, ...changes })

const problem = (split: ReturnType<typeof Split.assign>) => Either.getOrThrow(Either.flip(split))

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

describe("what cannot be divided", () => {
  it("an empty split names the field to change", () => {
    const paths = [
      assign(corpus(2, 100), { validation_fraction: 1e-9 }),
      assign(corpus(2, 100), { test_fraction: 1e-9 }),
      assign(corpus(2, 100), { test_fraction: 1 - 1e-9 }),
      assign(corpus(2, 100), { test_pattern: "wav" })
    ].map((split) => problem(split).path)
    expect(paths).toEqual([
      "data.split.validation_fraction",
      "data.split.test_fraction",
      "data.split.test_fraction",
      "data.split.test_pattern"
    ])
  })

  it("a speaker without training data is named", () => {
    const recordings = [...corpus(3, 60), { speaker: "nadia", file: "0_x_3.wav" }]
    const error = problem(assign(recordings, { test_pattern: pattern }))
    expect(error.message).toContain("speaker nadia")
    expect(error.message).toContain("data.split.test_pattern")
  })
})
