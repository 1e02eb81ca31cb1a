import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { Dataset, Random, Split, Text } from "../../../src/index.js"
import { heard, loaded, refusal } from "../heard.js"
import { folderOf, inFiles } from "./files.js"

const alphabet = "abcdefghijklmnopqrstuvwxyz"
const text = Array.from({ length: 400 }, (_, i) => alphabet[i % 26]).join("")

const at = (examples: Dataset["train"], ...indices: ReadonlyArray<number>) =>
  examples.batch(Int32Array.from(indices))

describe("Dataset.fromCorpus", () => {
  it.scoped("gives tokens and the ones that follow them, the last ones to test", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({ "a.txt": text })
      const dataset: Dataset = yield* loaded(
        Dataset.fromCorpus({ path: join(folder, "a.txt"), length: 4 })
      )
      expect(dataset).toMatchObject({ inputShape: [4], inputType: "int32", labelShape: [4] })
      expect(dataset.classes).toStrictEqual(["", "\uFFFD", ...alphabet])
      // Pieces of 6 tokens: 67 of them, of which 7 validate and 7 test.
      expect(Split.names.map((name) => dataset[name].size)).toStrictEqual([79, 10, 9])
      const { inputs, labels } = yield* at(dataset.train, 0, 1)
      const { decode } = yield* Text.tokenizer(dataset.preprocessing)
      expect(decode(inputs as Int32Array)).toBe("abcdefgh")
      expect(decode(labels as Int32Array)).toBe("bcdefghi")
      expect(decode((yield* at(dataset.test, 0)).inputs as Int32Array)).toBe(text.slice(360, 364))
      expect(dataset.test.describe!(1)).toStrictEqual({
        name: "a.txt, token 365",
        path: join(folder, "a.txt")
      })
    })
  )

  it.scoped("begins an example at any position, or at random ones by the run's randomness", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({ "a.txt": text })
      const path = join(folder, "a.txt")
      const every: Dataset = yield* loaded(Dataset.fromCorpus({ path, length: 4, stride: 1 }))
      expect(every.train.size).toBe(318 - 4)
      const { decode } = yield* Text.tokenizer(every.preprocessing)
      expect(decode((yield* at(every.train, 7)).inputs as Int32Array)).toBe("hijk")
      const shifted: Dataset = yield* loaded(
        Dataset.fromCorpus({ path, length: 4, stride: 10, shift: true })
      )
      const all = Int32Array.from({ length: shifted.train.size }, (_, i) => i)
      const rng = () => Random.generator(Random.make(1), "shift")
      const one = yield* shifted.train.batch(all, rng())
      expect(yield* shifted.train.batch(all, rng())).toStrictEqual(one)
      const plain = yield* shifted.train.batch(all)
      expect(one).not.toStrictEqual(plain)
      for (const [i, label] of one.labels.entries()) {
        // The next letter of the alphabet; 2 is "a".
        expect(label).toBe(2 + (((one.inputs as Int32Array)[i]! - 1) % 26))
      }
    })
  )

  it.scoped("divides pieces or files, and lets no example lie across two of them", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({
        "a.txt": "a".repeat(1000),
        "b.txt": "b".repeat(500),
        "c.txt": "c".repeat(700),
        "c.md": "another kind of file"
      })
      const options = { path: folder, length: 10, stride: 1 }
      const byFile: Dataset = yield* loaded(
        Dataset.fromCorpus({
          ...options,
          by_file: true,
          split: Split.byName.make({ validation: "b.txt", test: "c.txt" })
        })
      )
      expect(Split.names.map((name) => byFile[name].size)).toStrictEqual([990, 490, 690])
      // Of the training split are the letters that the model knows.
      expect(byFile.classes).toStrictEqual(["", "\uFFFD", "a"])
      const pieces: Dataset = yield* loaded(
        Dataset.fromCorpus({ ...options, split: Split.hash.make({ validation: 0.3, test: 0.3 }) })
      )
      const total = Split.names.reduce((sum, name) => sum + pieces[name].size, 0)
      expect(total).toBeLessThan(2200 - 3 * 10)
      for (const name of Split.names) {
        const all = Int32Array.from({ length: pieces[name].size }, (_, i) => i)
        const { inputs, labels } = yield* pieces[name].batch(all)
        expect(labels).toStrictEqual(inputs)
      }
    })
  )

  it.scoped("reads the same in files as in memory, in parts of any size, and of any line", () =>
    Effect.gen(function* () {
      // A line that is cut, in the middle of a character if it could be, then short ones and blank ones.
      const draw = Random.generator(Random.make(3), "text")
      const pieces = ["a", "b", " ", "\n", "\n\n", "ñ", "天", "😀"]
      const mixed = Array.from({ length: 100_000 }, () => pieces[Math.floor(draw() * 8)]!)
      const all = `${mixed.join("")}a${"😀".repeat(550_000)}\n`
      const folder = yield* folderOf({ "a.txt": all })
      const options = {
        path: join(folder, "a.txt"),
        length: 1000,
        cache_dir: join(folder, "cache")
      }
      const small: Dataset = yield* loaded(Dataset.fromCorpus(options))
      const { decode } = yield* Text.tokenizer(small.preprocessing)
      const last = small.test.size - 1
      const expected = [...all]
      for (const name of Split.names) {
        for (const i of [0, small[name].size >> 1, small[name].size - 1]) {
          const from = Number(/token (\d+)/.exec(small[name].describe!(i).name)![1]) - 1
          const text = decode((yield* at(small[name], i)).inputs as Int32Array)
          expect(text).toBe(expected.slice(from, from + 1000).join(""))
        }
      }
      const filed: Dataset = yield* inFiles(loaded(Dataset.fromCorpus(options)))
      expect(filed.fingerprint).toBe(small.fingerprint)
      expect(yield* at(filed.test, last, 0, 1)).toStrictEqual(yield* at(small.test, last, 0, 1))
    })
  )

  it.scoped("names what is no text by its line, or leaves out the line", () =>
    Effect.gen(function* () {
      const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`)
      const bytes = Buffer.from(lines.join("\n"))
      bytes[bytes.indexOf("line 50")] = 0xff
      bytes[bytes.indexOf("line 60")] = 0
      const folder = yield* folderOf({ "a.txt": bytes, "empty.txt": "" })
      const options = { path: join(folder, "a.txt"), length: 8 }
      expect(yield* refusal(Dataset.fromCorpus(options))).toBe(
        `${options.path}, line 51: is not text in UTF-8; correct it, or have damaged texts left out: damaged: "skip"`
      )
      const { notices, result } = yield* heard(
        Dataset.fromCorpus({ ...options, damaged: "skip", stride: 1 })
      )
      expect(notices).toStrictEqual([
        `skipped ${options.path}, line 51: is not text in UTF-8`,
        `skipped ${options.path}, line 61: has a NUL character: is it a text?`
      ])
      const { decode } = yield* Text.tokenizer(result.preprocessing)
      const all = Int32Array.from({ length: result.train.size }, (_, i) => i)
      const { inputs } = yield* result.train.batch(all)
      const found = decode((inputs as Int32Array).filter((_, i) => i % 8 === 0))
      expect(found).toContain("line 49\nline 51\n")
      expect(
        yield* refusal(Dataset.fromCorpus({ path: join(folder, "empty.txt"), length: 8 }))
      ).toBe(
        "split: leaves no examples for train (train 0, validation 0, test 0); divide otherwise, or add examples"
      )
      expect(yield* refusal(Dataset.fromCorpus({ ...options, length: 130, damaged: "skip" }))).toBe(
        "split: leaves no 131 tokens in a row for test; divide otherwise, take a smaller length, or add texts"
      )
    })
  )
})
