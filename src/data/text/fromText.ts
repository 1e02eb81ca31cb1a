import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { basename, join, resolve } from "node:path"
import * as Observer from "../../events/Observer.js"
import { t } from "../../language/Text.js"
import type { Values } from "../Batch.js"
import { DataError } from "../DataError.js"
import type { Examples, SplitName } from "../Dataset.js"
import { fingerprint } from "../fingerprint.js"
import * as SourceFiles from "../SourceFiles.js"
import * as Split from "../Split.js"
import * as Column from "../table/Column.js"
import * as Csv from "../table/Csv.js"
import * as Parquet from "../table/Parquet.js"
import type { RowSource } from "../table/Row.js"
import * as JsonLines from "./JsonLines.js"
import { load, type Loaded } from "./load.js"
import * as Passages from "./Passages.js"
import * as TextInput from "./TextInput.js"
import type { TextDataset, TextOptions } from "./TextOptions.js"
import * as Tokens from "./Tokens.js"

export type TextServices = FileSystem.FileSystem | Observer.Observer | Scope.Scope

/**
 * A dataset of texts with labels, each the numbers of its tokens: words or characters of which the training split
 * has the most, bytes, or the tokens of a `tokenizer.json`. Longer texts are cut to `length`, shorter ones filled up
 * with padding, which is number 0 of all but the last: `tf.layers.embedding({ …, maskZero: true })` masks it.
 * Vocabulary and lengths are saved with the model, and `holdfast predict` takes texts as they are.
 *
 * Texts are read by index from the tokens of all, which are in memory, or where the files are larger than 16 MiB
 * in a file of `cache_dir`; that is made again when size or time of a file change. The fingerprint is of all
 * tokens and labels.
 *
 * Fails with `DataError`, which names file and line, where something is no text in UTF-8 or has no label.
 *
 * @example
 * ```ts
 * import { Dataset } from "holdfast"
 *
 * // reviews.csv has the columns review and stars; reviews/good/1.txt would be { path: "reviews", length: 200 }
 * export const reviews = Dataset.fromText({
 *   path: "reviews.csv",
 *   text: "review",
 *   label: "stars",
 *   tokens: { name: "words", size: 10_000 },
 *   length: 200
 * })
 * ```
 */
export const fromText = <const O extends TextOptions>(
  options: O
): Effect.Effect<TextDataset<O>, DataError, TextServices> => make(options) as never

const make = Effect.fnUntraced(function* (options: TextOptions) {
  const { length, mask = false, padding = "end", quantities = false, truncation = "end" } = options
  yield* wholeNumbers({ length })
  const tokens = yield* Tokens.make(options.tokens ?? "words")
  const passages = yield* passagesOf(options)
  const label = Column.make(
    quantities
      ? { name: "number", standardize: false, missing: "error" }
      : {
          name: "category",
          encoding: "index",
          values: options.classes ?? null,
          missing: "error"
        },
    { decimal: ".", missing: [""] }
  )
  const { encoding = "utf-8" } = options
  const loaded = yield* load({
    passages,
    tokens,
    label,
    damaged: options.damaged ?? "error",
    cacheFolder: options.cache_dir ?? join(".cache", "texts"),
    fingerprint: options.fingerprint ?? "sampled",
    parameters: [
      "texts",
      options.path,
      [options.text, options.label, options.key, options.group],
      [quantities, options.classes, encoding, options.delimiter, options.header]
    ]
  })
  // Classes that were found are numbered in the order of the alphabet, whatever that of the texts.
  const classes = quantities ? [] : (options.classes ?? label.values.toSorted())
  const ranks = label.values.map((value) => classes.indexOf(value))
  const labels: Values = quantities
    ? Float32Array.from(loaded.label)
    : Int32Array.from(loaded.label, (x) => ranks[x]!)
  const { file, group, key } = loaded
  const splits = yield* Split.indices(options.split ?? Split.random.make(), {
    size: loaded.size,
    keyOf: (i) => key[i]!,
    nameOf: (i) => passages.files[file[i]!]!,
    ...(!quantities && { classOf: (i: number) => labels[i]! }),
    ...(options.group !== undefined && { groupOf: (i: number) => group[i]! })
  })
  const vocabulary = tokens.choose(yield* countsIn(loaded, tokens, splits.train))
  const input: TextInput.TextInput = {
    kind: "text",
    tokens: vocabulary.saved,
    length,
    truncation,
    padding,
    padding_id: vocabulary.padding,
    mask,
    ...(options.text !== undefined && { column: options.text })
  }
  yield* tellOfLengths(loaded, length)

  const { starts, store } = loaded
  const batchOf = (own: Int32Array) =>
    Effect.map(
      store.read(
        Array.from(own, (i) => {
          const [from, to] = [starts[i]!, starts[i + 1]!]
          // Only what the model sees is read.
          return truncation === "end"
            ? ([from, Math.min(to, from + length)] as const)
            : ([Math.max(from, to - length), to] as const)
        })
      ),
      (parts) => {
        const ids = new Int32Array(own.length * length)
        const masks = mask ? new Uint8Array(ids.length) : null
        parts.forEach((codes, i) => {
          const own = Int32Array.from(codes, vocabulary.idOf)
          TextInput.write(own, input, ids, masks, i * length)
        })
        return { ids, masks }
      }
    )
  const examples = (split: SplitName): Examples<never> => {
    const own = splits[split]
    return {
      size: own.length,
      batch: (indices) => {
        const wanted = indices.map((i) => own[i]!)
        return Effect.map(batchOf(wanted), ({ ids, masks }) => ({
          size: wanted.length,
          inputs: masks === null ? ids : { ids, mask: masks },
          labels: quantities
            ? Float32Array.from(wanted, (i) => labels[i]!)
            : wanted.map((i) => labels[i]!)
        })) as Effect.Effect<never, DataError>
      },
      ...(!quantities && {
        labels: Effect.sync(() => own.map((i) => labels[i]!))
      }),
      describe: (i) => {
        const path = passages.files[file[own[i]!]!]!
        return {
          name: options.text === undefined ? path : `${basename(path)} #${loaded.at[own[i]!]!}`,
          path: resolve(path)
        }
      }
    }
  }
  const field = { shape: [length], dtype: "int32" as const }
  return {
    name: options.name ?? basename(resolve([options.path].flat()[0]!)),
    fingerprint: fingerprint(
      { content: loaded.content, input, classes },
      ...Split.names.map((name) => splits[name])
    ),
    ...(mask
      ? { inputs: { ids: field, mask: { shape: [length], dtype: "uint8" as const } } }
      : { inputShape: [length], inputType: "int32" as const }),
    labelShape: [],
    classes,
    preprocessing: { ...input },
    train: examples("train"),
    validation: examples("validation"),
    test: examples("test")
  }
})

/** Fails for a number that is none of tokens. */
export const wholeNumbers = (numbers: Readonly<Record<string, number>>) =>
  Effect.forEach(
    Object.entries(numbers),
    ([path, value]) =>
      Number.isSafeInteger(value) && value > 0
        ? Effect.void
        : new DataError({
            reason: "Mismatch",
            path,
            detail: t`is ${value}; give a whole number of tokens`
          }),
    { discard: true }
  )

/** Where the texts are: in the files of a folder by class, or in a column. */
const passagesOf = Effect.fnUntraced(function* (options: TextOptions) {
  const { encoding = "utf-8", group, key, label, path, text } = options
  const refuse = (name: string, detail: string) =>
    new DataError({ reason: "Mismatch", path: name, detail })
  if (text === undefined) {
    const wrong = Object.entries({ label, key, group }).find(([, column]) => column !== undefined)
    if (wrong !== undefined || typeof path !== "string") {
      return yield* refuse("text", t`is missing; name the column of texts`)
    }
    const { found, skipped } = yield* SourceFiles.inFolders(path, /\.(txt|text)$/i)
    yield* Effect.forEach(
      skipped.slice(0, 10),
      (one) =>
        Observer.emit({
          _tag: "Notice",
          level: "warning",
          code: "Data",
          message: t`skipped ${one}`
        }),
      { discard: true }
    )
    return found.length > 0
      ? Passages.ofFolder(path, found, encoding)
      : yield* new DataError({
          reason: "Empty",
          path,
          detail: t`holds no .txt files in folders by class; of a table, name the columns text and label`
        })
  }
  if (label === undefined) return yield* refuse("label", t`is missing; name the column of labels`)
  const columns = { text, label, key, group }
  const wanted = Object.values(columns).filter((column) => column !== undefined)
  const files = yield* SourceFiles.filesOf(path, endings)
  return Passages.ofRows(files, (file) => rowsOf(file, wanted, options), columns)
})

const endings = [".csv", ".tsv", ".parquet", ".jsonl", ".ndjson"]

/** How the rows of a file are read, by the end of its name; by default as CSV. */
export const rowsOf = (
  file: string,
  wanted: ReadonlyArray<string>,
  { delimiter, encoding = "utf-8", header = null }: Partial<TextOptions>
): RowSource =>
  /\.parquet$/i.test(file)
    ? Parquet.source(wanted)
    : /\.(jsonl|ndjson)$/i.test(file)
      ? JsonLines.source(wanted)
      : Csv.source({
          delimiter: delimiter ?? (/\.tsv$/i.test(file) ? "\t" : ","),
          encoding,
          header
        })

/** How often each code is in the texts of a split; where nothing depends on it, none are counted. */
const countsIn = Effect.fnUntraced(function* (
  { size, starts, store }: Loaded,
  { dictionary }: Tokens.Tokens,
  own: Int32Array
) {
  const counts = new Float64Array(dictionary?.values.length ?? 0)
  if (dictionary === null) return counts
  const isOwn = new Uint8Array(size)
  for (const i of own) isOwn[i] = 1
  let text = 0
  yield* store.scan((at, codes) => {
    for (let i = 0; i < codes.length; i++) {
      while (starts[text + 1]! <= at + i) text++
      if (isOwn[text] === 1) counts[codes[i]!]! += 1
    }
  })
  return counts
})

const tellOfLengths = ({ size, starts }: Loaded, length: number) => {
  let longer = 0
  for (let i = 0; i < size; i++) if (starts[i + 1]! - starts[i]! > length) longer++
  return longer === 0
    ? Effect.void
    : Observer.emit({
        _tag: "Notice",
        level: "info",
        code: "Data",
        message: t`${longer} of ${size} texts have more than ${length} tokens and are cut`
      })
}
