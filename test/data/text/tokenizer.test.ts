import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Dataset, Split, Text } from "../../../src/index.js"
import { loaded, refusal } from "../heard.js"
import { folderOf } from "./files.js"

interface Reference {
  readonly name: string
  readonly tokenizer: object & { readonly decoder?: unknown }
  readonly texts: ReadonlyArray<{ readonly text: string; readonly ids: ReadonlyArray<number> }>
}

/** Made by test/data/text/references.py. */
const references = JSON.parse(
  readFileSync(new URL("references.json", import.meta.url), "utf8")
) as ReadonlyArray<Reference>
const [bpe, wordPiece] = references

const split = Split.given(["train", "validation", "test"])
const three = ["it", "it", "it"].map((text) => JSON.stringify({ text, label: "a" })).join("\n")

describe("tokenizer.json", () => {
  it.scoped.each(references.map((one) => [one.name, one] as const))(
    "gives the numbers that Hugging Face's own library gives: %s",
    ([, { texts, tokenizer }]) =>
      Effect.gen(function* () {
        const folder = yield* folderOf({
          "a.jsonl": texts.map(({ text }) => JSON.stringify({ text, label: "a" })).join("\n"),
          "tokenizer.json": JSON.stringify(tokenizer)
        })
        const dataset: Dataset = yield* loaded(
          Dataset.fromText({
            path: join(folder, "a.jsonl"),
            text: "text",
            label: "label",
            length: 80,
            tokens: { name: "tokenizer", file: join(folder, "tokenizer.json") },
            split: Split.given(texts.map((_, i) => (["test", "validation"] as const)[i] ?? "train"))
          })
        )
        const found = []
        for (const name of ["test", "validation", "train"] as const) {
          const all = Int32Array.from({ length: dataset[name].size }, (_, i) => i)
          const { inputs } = yield* dataset[name].batch(all)
          for (const i of all) found.push([...(inputs as Int32Array).subarray(80 * i, 80 * i + 80)])
        }
        const { padding_id } = dataset.preprocessing as { readonly padding_id: number }
        expect(found).toStrictEqual(
          texts.map(({ ids }) => [
            ...ids,
            ...Array.from({ length: 80 - ids.length }, () => padding_id)
          ])
        )
      })
  )

  it.scoped("is saved with the model, and read from there", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({
        "a.jsonl": three,
        "tokenizer.json": JSON.stringify(bpe!.tokenizer),
        "tokenizer_config.json": '{"pad_token": {"content": "<pad>"}, "chat_template": "…"}'
      })
      const dataset = yield* loaded(
        Dataset.fromText({
          path: join(folder, "a.jsonl"),
          text: "text",
          label: "label",
          length: 3,
          mask: true,
          tokens: { name: "tokenizer", file: join(folder, "tokenizer.json") },
          split
        })
      )
      expect(dataset.preprocessing).toMatchObject({ padding_id: 1, mask: true })
      expect((yield* dataset.train.batch(Int32Array.of(0))).inputs).toStrictEqual({
        ids: Int32Array.of(...bpe!.texts[4]!.ids.slice(0, 1), 1, 1),
        mask: Uint8Array.of(1, 0, 0)
      })
      const saved = JSON.parse(JSON.stringify(dataset.preprocessing)) as unknown
      const { decode, encode, tokens } = yield* Text.tokenizer(saved)
      expect(encode(bpe!.texts[2]!.text)).toStrictEqual(bpe!.texts[2]!.ids)
      expect(decode(bpe!.texts[2]!.ids)).toBe(bpe!.texts[2]!.text)
      expect(tokens).toHaveLength(320)
      expect(JSON.stringify(saved)).not.toContain("chat_template")
    })
  )

  it.scoped("is refused where it is none, with the reason", () =>
    Effect.gen(function* () {
      const { decoder: _decoder, ...without } = wordPiece!.tokenizer
      const files = {
        "none.json": "{}",
        "text.json": "a text",
        "list.json": "[]",
        "without.json": JSON.stringify(without),
        "kind.json": JSON.stringify({
          ...wordPiece!.tokenizer,
          model: { type: "Magic" }
        }),
        "large.json": Buffer.alloc((1 << 24) + 1)
      }
      const folder = yield* folderOf({ ...files, "a.jsonl": three })
      const refused = (name: string) =>
        refusal(
          Dataset.fromText({
            path: join(folder, "a.jsonl"),
            text: "text",
            label: "label",
            length: 3,
            tokens: { name: "tokenizer", file: join(folder, name) },
            split
          })
        )
      expect(yield* refused("none.json")).toBe(
        `${folder}/none.json: is no tokenizer that can be used: Tokenizer must contain a "model" property`
      )
      expect(yield* refused("without.json")).toContain('must contain a "decoder" property')
      expect(yield* refused("kind.json")).toContain("kind.json: is no tokenizer that can be used: ")
      expect(yield* refused("text.json")).toBe(`${folder}/text.json: is no JSON object`)
      expect(yield* refused("list.json")).toBe(`${folder}/list.json: is no JSON object`)
      expect(yield* refused("missing.json")).toBe(`${folder}/missing.json: does not exist`)
      expect(yield* refused("large.json")).toBe(
        `${folder}/large.json: has 16777217 bytes, more than 16777216, which every checkpoint would hold; take a tokenizer of fewer tokens`
      )
      const { message } = yield* Effect.flip(Text.tokenizer({ kind: "image" }))
      expect(message).toBe(
        "preprocessing: is not that of texts, which Dataset.fromText and Dataset.fromCorpus make"
      )
    })
  )
})
