import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { nextToken, textExamplesOf } from "../../src/cli/predict/Examples.js"
import { reader, type TextInput } from "../../src/data/text/TextInput.js"

const input: TextInput = {
  kind: "text",
  tokens: { kind: "words", lowercase: true, values: ["a", "film"] },
  length: 3,
  truncation: "end",
  padding: "end",
  padding_id: 0,
  mask: true
}

describe("textExamplesOf", () => {
  it.effect("reads a text, those of a list and those in a column, with their masks", () =>
    Effect.gen(function* () {
      const read = yield* reader(input)
      const of = (value: unknown, column?: string) =>
        textExamplesOf(value, { ...input, ...(column !== undefined && { column }) }, read)
      const film = [
        [2, 3, 0],
        [1, 1, 0]
      ]
      expect(of("A film")).toStrictEqual(Either.right([film]))
      expect(of(["a film", { text: "a film" }])).toStrictEqual(Either.right([film, film]))
      expect(of({ review: "a film" }, "review")).toStrictEqual(Either.right([film]))
      expect(of({ text: "a film" }, "review")).toStrictEqual(Either.left("has no text"))
      expect(of(["a", ""])).toStrictEqual(Either.left("example 2 has an empty text"))
      expect(of(3)).toStrictEqual(Either.left("has a text that is none, but number"))
    })
  )
})

describe("nextToken", () => {
  it("is what the model says of the last token of the text", () => {
    const numbers = Float32Array.of(0, 1, 2, 3, 4, 5)
    expect([...nextToken(input)(numbers, [[2, 3, 0]])]).toStrictEqual([2, 3])
    expect([...nextToken(input)(numbers, [[2, 3, 2]])]).toStrictEqual([4, 5])
  })
})
