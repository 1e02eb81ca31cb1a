import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as JsonText from "../../src/config/JsonText.js"

describe("JsonText.parse", () => {
  it("reads JSON, with a byte order mark too", () => {
    expect(JsonText.parse('\uFEFF{"a": [1, null]}', "f")).toEqual(Either.right({ a: [1, null] }))
  })

  it("takes one name in two objects", () => {
    expect(JsonText.parse('{"a": {"a": 1}, "b": {"a": 1}}', "f")).toEqual(
      Either.right({ a: { a: 1 }, b: { a: 1 } })
    )
  })

  it("reads comments, and a comma after the last entry", () => {
    const text = '{\n  // why\n  "a": [1, /* 2, */ 3,],\n}'
    expect(JsonText.parse(text, "f")).toEqual(Either.right({ a: [1, 3] }))
  })

  it("makes what JSON.parse makes", () => {
    const text = '{"__proto__": {"a": -0}, "b": [1e400, "\\u00e9\\n", true, null, {}], "": 1.5e-7}'
    expect(JsonText.parse(text, "f")).toStrictEqual(Either.right(JSON.parse(text)))
  })

  it("refuses what JSON.parse refuses, but for the last comma, and nothing else", () => {
    const alphabet = [
      '"',
      "a",
      "\\",
      "u",
      "1",
      "-",
      ".",
      "e",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      " ",
      "null"
    ]
    let state = 1
    const draw = () => (state = (state * 48_271) % 2_147_483_647)
    for (let i = 0; i < 5000; i++) {
      const text = Array.from({ length: 1 + (draw() % 7) }, () => alphabet[draw() % 16]).join("")
      const strict = text.replaceAll(/("(?:[^"\\]|\\.)*")|(?<=[^\s,[{:]\s*),(?=\s*[}\]])/g, "$1")
      const plain = Either.try((): unknown => JSON.parse(strict))
      expect(Either.isRight(JsonText.parse(text, "f")), text).toBe(Either.isRight(plain))
    }
  })

  it.each([
    ['{\n  "a": x\n}', "2:8", "expected a value or a name in double quotes, found x"],
    ['{\n  "a": 1,,\n}', "2:10", "expected a name in double quotes, found ,"],
    ['{"a": 1\n "b": 2}', "2:2", 'expected a comma, found "b"'],
    ['{"a" 1}', "1:6", "expected a colon, found 1"],
    ["", "1:1", "expected a value, found the end"],
    ['{"a": [1, 2', "1:12", "expected a closing bracket, found the end"],
    ['{"a": "x\n"}', "1:7", 'expected a closing " on the same line, found "x'],
    ['{"a": "\\q"}', "1:7", 'expected one of " \\ / b f n r t u after the backslash, found "\\q"'],
    ['{\n  "a": [{ "b": 1,\n    "b": 2 }]\n}', "3:5", 'expected each name once, found "b" again'],
    ["// why\n", "2:1", "expected a value, found the end"],
    ["{} {}", "1:4", "expected the end of the file, found {"],
    ["{'a': 1}", "1:2", "expected a value or a name in double quotes, found 'a'"]
  ])("says where %j goes wrong", (text, place, detail) => {
    const error = Either.getOrThrow(Either.flip(JsonText.parse(text, "config.json")))
    expect(error.reason).toMatchObject({ _tag: "NotJson", file: "config.json" })
    expect(error.message).toBe(`config.json:${place}: not JSON: ${detail}`)
  })
})
