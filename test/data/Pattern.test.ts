import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { compile } from "../../src/data/Pattern.js"

const names = [
  "0_jackson_3.wav",
  "7_yweweler_12.wav",
  "dev-1.wav",
  "test",
  "TEST_a.WAV",
  "a b.wav",
  "é测试.wav",
  "a+b(1).wav",
  "x_x.wav",
  "aaaa",
  ""
]

describe("Pattern", () => {
  it.each([
    String.raw`^[0-9]_[A-Za-z0-9]+_[0-4]\.wav$`,
    String.raw`^(dev|test)-?\d*`,
    String.raw`\btest\b`,
    String.raw`_\d{2,}[.]wav$`,
    String.raw`^[^_]*$`,
    String.raw`(?<digit>\d)_(?:[a-z]+?)_`,
    String.raw`[\w-]+\s\w`,
    String.raw`测试|é`,
    String.raw`\(1\)`,
    String.raw`\x61\u0062?`,
    String.raw`[A-Z]{4}.*\.(wav|WAV)$`,
    String.raw`^$`
  ])("matches as JavaScript does: %s", (pattern) => {
    const matches = Either.getOrThrow(compile(pattern))
    expect(names.filter(matches)).toEqual(names.filter((name) => new RegExp(pattern).test(name)))
  })

  it("takes no time where JavaScript would take longer than the universe has lasted", () => {
    const matches = Either.getOrThrow(compile("^(a+)+$"))
    expect(matches(`${"a".repeat(200)}!.wav`)).toBe(false)
    expect(matches("a".repeat(200))).toBe(true)
  })

  it.each([String.raw`^(?!dev)`, String.raw`(?<=_)\d`, String.raw`(a)\1`])(
    "refuses what cannot be matched in linear time: %s",
    (pattern) => {
      expect(Either.getOrThrow(Either.flip(compile(pattern)))).toContain(
        "lookaheads, lookbehinds and backreferences are left out"
      )
    }
  )

  it("says what is wrong with what is no regular expression", () => {
    expect(Either.getOrThrow(Either.flip(compile("[")))).toContain("Unterminated character class")
  })
})
