import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parquetWriteBuffer } from "hyparquet-writer"
import { Limits } from "../../../src/data/text/load.js"
import { Dataset, Split, type Batch, type Rng, Config, Text } from "../../../src/index.js"
import { heard, loaded, refusal } from "../heard.js"
import { folderOf, inFiles } from "./files.js"

/** Ten texts to train on, one that validates and one that tests. */
const split = Split.ordered.make({ validation: 1, test: 1 })
const texts = [
  "Good, good film!",
  "A bad film",
  "good acting",
  "so BAD",
  "a good story",
  "bad bad acting",
  "good",
  "the story is bad",
  "a film",
  "good film",
  "validation has words of its own",
  "testing a good unseen film"
]
const labels = texts.map((_, i) => (i % 2 === 0 ? "pos" : "neg"))
const csv = `review,mood\n${texts.map((text, i) => `"${text}",${labels[i]}`).join("\n")}\n`
const jsonl = texts
  .map((review, i) => JSON.stringify({ id: i, review, mood: labels[i], stars: i }))
  .join("\n")
const columns = { text: "review", label: "mood", length: 4, split } as const

const all = (examples: Dataset["train"], rng?: Rng) =>
  examples.batch(
    Int32Array.from({ length: examples.size }, (_, i) => i),
    rng
  )

describe("Dataset.fromText", () => {
  it.scoped("numbers the words of the training split by how often they occur, pads and cuts", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({ "a.csv": csv })
      const { notices, result } = yield* heard(
        Dataset.fromText({ path: join(folder, "a.csv"), ...columns })
      )
      const dataset: Dataset = result
      expect(dataset).toMatchObject({
        name: "a.csv",
        inputShape: [4],
        inputType: "int32",
        labelShape: [],
        classes: ["neg", "pos"]
      })
      // good ×6, bad ×5, film and a ×4 …; "own" and "unseen" are of the other splits.
      const values = ["good", "bad", "film", "a", "acting", "story", "!", ",", "is", "so", "the"]
      expect(dataset.preprocessing).toStrictEqual({
        kind: "text",
        tokens: { kind: "words", lowercase: true, values: dataset.preprocessing && values },
        length: 4,
        truncation: "end",
        padding: "end",
        padding_id: 0,
        mask: false,
        column: "review"
      })
      const { inputs, labels } = yield* all(dataset.train)
      // "Good, good film!" is cut, "A bad film" filled up.
      expect([...(inputs as Int32Array).subarray(0, 8)]).toStrictEqual([2, 9, 2, 4, 5, 3, 4, 0])
      expect([...labels]).toStrictEqual([1, 0, 1, 0, 1, 0, 1, 0, 1, 0])
      expect(yield* dataset.train.labels!).toStrictEqual(labels)
      expect([...(yield* all(dataset.test)).inputs]).toStrictEqual([1, 5, 2, 1])
      expect(dataset.test.describe!(0)).toStrictEqual({
        name: "a.csv #13",
        path: join(folder, "a.csv")
      })
      expect(notices).toStrictEqual(["3 of 12 texts have more than 4 tokens and are cut"])
    })
  )

  it.scoped(
    "has the same texts, fingerprint and all, in CSV, JSON Lines and Parquet, in memory and in files",
    () =>
      Effect.gen(function* () {
        const parquet = new Uint8Array(
          parquetWriteBuffer({
            columnData: [
              { name: "review", data: texts },
              { name: "mood", data: labels }
            ]
          })
        )
        const folder = yield* folderOf({
          "a.csv": csv,
          "a.tsv": csv.replaceAll('",', '"\t').replace("review,", "review\t"),
          "a.jsonl": jsonl,
          "a.parquet": parquet
        })
        const fromFile = (name: string) =>
          Dataset.fromText({
            path: join(folder, name),
            ...columns,
            name: "a",
            cache_dir: join(folder, "cache")
          })
        const expected = yield* loaded(fromFile("a.csv"))
        for (const name of ["a.csv", "a.tsv", "a.jsonl", "a.parquet"]) {
          for (const load of [fromFile(name), inFiles(fromFile(name)), inFiles(fromFile(name))]) {
            const dataset = yield* loaded(load)
            expect(dataset.fingerprint).toBe(expected.fingerprint)
            for (const part of Split.names) {
              expect(yield* all(dataset[part])).toStrictEqual(yield* all(expected[part]))
            }
          }
        }
        expect(readdirSync(join(folder, "cache"))).toHaveLength(8)
      })
  )

  it.scoped("takes the class of a text from its folder", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({
        "neg/1.txt": "bad",
        "neg/2.txt": "very bad",
        "pos/1.txt": "\uFEFFgood",
        "pos/.hidden.txt": "hidden",
        "pos/2.md": "another kind of file",
        "above.txt": "has no class"
      })
      const { notices, result } = yield* heard(
        Dataset.fromText({
          path: folder,
          length: 2,
          split: Split.byName.make({ test: "pos", validation: "neg/2" })
        })
      )
      expect(result.classes).toStrictEqual(["neg", "pos"])
      expect([...(yield* all(result.train)).inputs]).toStrictEqual([2, 0])
      expect((yield* all(result.test)).labels).toStrictEqual(Int32Array.of(1))
      expect(result.test.describe!(0).name).toBe(join(folder, "pos/1.txt"))
      expect(notices).toContain("skipped above.txt: lies in no folder that names its class")
    })
  )

  it.scoped("gives ids and masks by name, of either end, and labels that are quantities", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({ "a.jsonl": jsonl })
      const dataset = yield* loaded(
        Dataset.fromText({
          path: join(folder, "a.jsonl"),
          text: "review",
          label: "stars",
          quantities: true,
          mask: true,
          padding: "start",
          truncation: "start",
          length: 3,
          split
        })
      )
      expect(dataset).toMatchObject({
        classes: [],
        inputs: { ids: { shape: [3], dtype: "int32" }, mask: { shape: [3], dtype: "uint8" } }
      })
      const { inputs, labels } = yield* dataset.train.batch(Int32Array.of(0, 6))
      expect(inputs).toStrictEqual({
        ids: Int32Array.of(2, 4, 8, 0, 0, 2),
        mask: Uint8Array.of(1, 1, 1, 0, 0, 1)
      })
      expect(labels).toStrictEqual(Float32Array.of(0, 6))
    })
  )

  it.scoped("keeps the same text in one split, and groups", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: 200 }, (_, i) =>
        JSON.stringify({ text: `text ${i % 40}`, label: i % 2, by: `author ${i % 7}` })
      )
      const folder = yield* folderOf({ "a.jsonl": rows.join("\n") })
      const options = { path: join(folder, "a.jsonl"), text: "text", label: "label", length: 2 }
      const splitOf = (dataset: Dataset, nameOf: (i: number) => unknown) =>
        Split.names.map(
          (name) =>
            new Set(
              Array.from({ length: dataset[name].size }, (_, i) =>
                nameOf(Number(/#(\d+)/.exec(dataset[name].describe!(i).name)![1]) - 1)
              )
            )
        )
      const byText: Dataset = yield* loaded(Dataset.fromText(options))
      const [a, b, c] = splitOf(byText, (i) => i % 40)
      expect(a!.size + b!.size + c!.size).toBe(40)
      const byGroup: Dataset = yield* loaded(
        Dataset.fromText({ ...options, group: "by", split: Split.kFold.make() })
      )
      const groups = splitOf(byGroup, (i) => i % 7)
      expect(groups.reduce((sum, { size }) => sum + size, 0)).toBe(7)
    })
  )

  it.scoped("divides into words, characters and bytes", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({
        "a.jsonl": [..."abc"]
          .map((label) => JSON.stringify({ text: "It's 3 €: 天気 naïve", label }))
          .join("\n")
      })
      const dataset = (tokens: Text.DeclaredTokens, length: number) =>
        Effect.flatMap(
          loaded(
            Dataset.fromText({
              path: join(folder, "a.jsonl"),
              text: "text",
              label: "label",
              length,
              tokens,
              split: Split.given(["train", "validation", "test"])
            })
          ),
          (dataset) =>
            Effect.flatMap(Text.tokenizer(dataset.preprocessing), ({ decode }) =>
              Effect.map(all(dataset.train), ({ inputs }) => decode(inputs as Int32Array))
            )
        )
      expect(yield* dataset("words", 9)).toBe("it's 3 € : 天 気 naïve  ")
      expect(yield* dataset("characters", 16)).toBe("It's 3 €: 天気 naï")
      expect(yield* dataset("bytes", 40)).toBe("It's 3 €: 天気 naïve")
      expect(yield* dataset({ name: "words", size: 3, lowercase: false }, 2)).toBe("\uFFFD 3")
      expect(yield* refusal(dataset({ name: "words", sizes: 3 } as never, 2))).toBe(
        'tokens.sizes: is 3; allowed: name, size, min_count, lowercase (where name is "words")'
      )
    })
  )

  it.scoped("names what is no text, by file and line, or skips it", () =>
    Effect.gen(function* () {
      const good = texts.map((review, i) => JSON.stringify({ review, mood: labels[i] }))
      const bad = {
        "is not JSON": '{"review": "x"',
        "is no object of fields": "[1]",
        'has no field "mood"; it has "review"': '{"review": "x"}',
        "has no label": '{"review": "x", "mood": null}',
        "has no text": '{"review": null, "mood": "pos"}',
        "has an empty text": '{"review": " \\n", "mood": "pos"}',
        "has a text that is none, but number": '{"review": 3, "mood": "pos"}',
        "has a NUL character: is it a text?": '{"review": "a\\u0000", "mood": "pos"}',
        "is not text in UTF-8": '{"review": "\\ud800", "mood": "pos"}'
      }
      for (const [problem, line] of Object.entries(bad)) {
        const folder = yield* folderOf({ "a.jsonl": [good[0], line, ...good.slice(1)].join("\n") })
        const path = join(folder, "a.jsonl")
        expect(yield* refusal(Dataset.fromText({ path, ...columns }))).toBe(
          `${path}, line 2: ${problem}; correct it, or have damaged texts left out: damaged: "skip"`
        )
        const skipping = Dataset.fromText({ path, ...columns, damaged: "skip" })
        const { notices, result } = yield* heard(skipping)
        expect(notices).toContain(`skipped ${path}, line 2: ${problem}`)
        expect(result.train.size).toBe(10)
        expect(result.test.describe!(0).name).toBe("a.jsonl #13")
      }
    })
  )

  it.scoped("refuses what it cannot use, and says what to give", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({
        "a.csv": csv,
        "empty.csv": "",
        "header.csv": "review,mood\n",
        "bytes/a/1.txt": Uint8Array.of(0x66, 0xff, 0xfe),
        "none/a/1.md": "x"
      })
      const given = (options: object) =>
        refusal(Dataset.fromText({ path: join(folder, "a.csv"), ...columns, ...options }))
      expect(yield* given({ length: 0 })).toBe("length: is 0; give a whole number of tokens")
      expect(yield* given({ text: "reviews" })).toContain(
        'a.csv: has no column "reviews"; it has "review", "mood"'
      )
      expect(yield* given({ label: undefined })).toBe(
        "label: is missing; name the column of labels"
      )
      expect(yield* given({ classes: ["pos"] })).toContain(
        'a.csv, line 3: has a label that is "neg", which is none of pos; correct it'
      )
      expect(yield* given({ path: join(folder, "empty.csv") })).toContain(
        "empty.csv: holds no text"
      )
      expect(yield* given({ path: join(folder, "header.csv") })).toContain("holds no text")
      expect(yield* given({ path: join(folder, "missing.csv") })).toContain("does not exist")
      const inFolders = (name: string) =>
        refusal(Dataset.fromText({ path: join(folder, name), length: 3 }))
      expect(yield* inFolders("bytes")).toContain(
        "bytes/a/1.txt: is not text in UTF-8; correct it, or have damaged texts left out"
      )
      expect(yield* inFolders("none")).toContain(
        "none: holds no .txt files in folders by class; of a table, name the columns text and label"
      )
      expect(
        yield* refusal(Dataset.fromText({ path: join(folder, "a.csv"), label: "mood", length: 3 }))
      ).toBe("text: is missing; name the column of texts")
    })
  )

  it.scoped("holds no more of a line than a text may have, and reads what follows", () =>
    Effect.gen(function* () {
      const good = texts.map((review, i) => JSON.stringify({ review, mood: labels[i] }))
      const folder = yield* folderOf({
        "a.jsonl": Buffer.concat([
          Buffer.alloc(34_000_000, "long "),
          Buffer.from(`\n${good.join("\n")}`)
        ])
      })
      const { notices, result } = yield* heard(
        Dataset.fromText({
          path: join(folder, "a.jsonl"),
          ...columns,
          damaged: "skip",
          cache_dir: join(folder, "cache")
        })
      )
      expect(notices[1]).toMatch(/line 1: is longer than 33554432 characters$/)
      expect(result.train.size).toBe(10)
    })
  )

  it.scoped(
    "makes the tokens of large files once, and again when a file changes or they are damaged",
    () =>
      Effect.gen(function* () {
        const folder = yield* folderOf({ "a.csv": csv })
        const path = join(folder, "a.csv")
        const cache = join(folder, "cache")
        const load = inFiles(heard(Dataset.fromText({ path, ...columns, cache_dir: cache })))
        const first = yield* load
        expect(first.notices[0]).toMatch(/^reading .*a\.csv once, to be kept in .*\.tokens$/)
        const second = yield* load
        expect(second.notices).toStrictEqual(first.notices.slice(1))
        expect(second.result.fingerprint).toBe(first.result.fingerprint)

        const [name] = readdirSync(cache).filter((name) => name.endsWith(".tokens"))
        const bytes = readFileSync(join(cache, name!))
        // A token that is read, and one of its block's 4,088 bytes.
        bytes[3]! ^= 1
        writeFileSync(join(cache, name!), bytes)
        expect((yield* load).result.fingerprint).toBe(first.result.fingerprint)

        writeFileSync(path, csv.replaceAll("good", "fine"))
        utimesSync(path, 1, 1)
        const changed = yield* load
        expect(changed.notices[0]).toMatch(/^reading/)
        expect(changed.result.fingerprint).not.toBe(first.result.fingerprint)

        // Neither size nor time tells this change.
        writeFileSync(path, csv.replaceAll("good", "poor"))
        utimesSync(path, 1, 1)
        expect((yield* load).result.fingerprint).not.toBe(changed.result.fingerprint)
        const bySize = {
          path,
          ...columns,
          cache_dir: join(folder, "sized"),
          fingerprint: "size"
        } as const
        const before = yield* inFiles(heard(Dataset.fromText(bySize)))
        writeFileSync(path, csv.replaceAll("good", "fair"))
        utimesSync(path, 1, 1)
        const after = yield* inFiles(heard(Dataset.fromText(bySize)))
        expect(after.result.fingerprint).toBe(before.result.fingerprint)
      })
  )

  it.scoped("finds damage of the tokens when they are read, by its place", () =>
    Effect.gen(function* () {
      const long = Array.from({ length: 3000 }, (_, i) =>
        JSON.stringify({ review: `word${i % 50} and word${i % 7}`, mood: i % 2 })
      )
      const folder = yield* folderOf({ "a.jsonl": long.join("\n") })
      const cache = join(folder, "cache")
      const options = { path: join(folder, "a.jsonl"), ...columns, cache_dir: cache }
      const dataset: Dataset = yield* inFiles(loaded(Dataset.fromText(options)))
      const small: Dataset = yield* loaded(Dataset.fromText(options))
      expect(yield* all(dataset.train)).toStrictEqual(yield* all(small.train))
      const [name] = readdirSync(cache).filter((name) => name.endsWith(".tokens"))
      const bytes = readFileSync(join(cache, name!))
      bytes[5000]! ^= 1
      writeFileSync(join(cache, name!), bytes)
      const error = yield* Effect.flip(all(dataset.train))
      expect(error.message).toContain("is damaged at byte 4096; remove it, and it is made again")
    })
  )

  it.scoped("takes files of much compressed text into the cache, too", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({ "a.csv": csv })
      const cache = join(folder, "cache")
      yield* loaded(
        Dataset.fromText({ path: join(folder, "a.csv"), ...columns, cache_dir: cache })
      ).pipe(Effect.provideService(Limits, { fileBytes: 1 << 20, tokenBytes: 16 }))
      expect(readdirSync(cache)).toHaveLength(2)
    })
  )

  it("is declared in a config by Text.TextData", () => {
    const TextsConfig = Config.make({ model: Schema.Struct({}), data: Text.TextData })
    const load = ({ data }: typeof TextsConfig.Type): unknown => Dataset.fromText(data)
    expect(load).toBeTypeOf("function")
    const batch = (dataset: Dataset<Batch>) => dataset
    expect(batch).toBeTypeOf("function")
  })
})
