import { describe, expect, it } from "@effect/vitest"
import * as Printable from "../../src/io/Printable.js"

const everything = String.fromCharCode(...Array.from({ length: 0x3000 }, (_, code) => code))

/** What a terminal takes for more than text, ends of lines apart. */
// oxlint-disable-next-line no-control-regex
const commands = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

describe("Printable", () => {
  it.each([
    ["colours and titles", "\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07"],
    ["C1 and DEL", "\x9b2J\x7f", "\\u009b2J\\u007f"],
    ["overrides of direction", "a\u202eb\u2066", "a\\u202eb\\u2066"],
    ["halves of a character", "\ud83d", "\\ud83d"],
    [
      "what is text",
      "é 中文 \u{1f600} \u{1f468}\u200d\u{1f469} \\x1b",
      "é 中文 \u{1f600} \u{1f468}\u200d\u{1f469} \\x1b"
    ],
    ["ends of lines", "a\nb\tc", "a\nb\tc"]
  ])("writes out %s", (_, raw, shown) => {
    expect(Printable.text(raw)).toBe(shown)
  })

  it("leaves nothing that a terminal would obey", () => {
    expect(Printable.lines(everything)).not.toMatch(commands)
    expect(Printable.value(everything, 1e6)).not.toMatch(commands)
    expect(Printable.value(everything, 1e6)).not.toMatch(/[\n\t]/)
  })

  it("leaves JSON the same JSON", () => {
    const json = JSON.stringify({ [everything]: everything })
    expect(JSON.parse(Printable.text(json))).toEqual(JSON.parse(json))
  })

  it("keeps a value on its line, and both ends of a long one", () => {
    expect(Printable.value("intact\nforged\r\tx")).toBe("intact\\nforged\\r\\tx")
    const shown = Printable.value(`begin${"x".repeat(5_000_000)}end`)
    expect(shown).toHaveLength(1000)
    expect(shown).toMatch(/^beginx+…x+end$/)
    expect(Printable.value("\u{1f600}".repeat(1000), 10)).not.toMatch(/\p{Surrogate}/u)
  })

  it("reaches the strings and the names of fields in data", () => {
    const raw = { "a\x1b": ["\x07", { b: "\r" }], n: 1, none: null }
    expect(Printable.data(raw)).toEqual({ "a\\x1b": ["\\x07", { b: "\\r" }], n: 1, none: null })
  })
})
