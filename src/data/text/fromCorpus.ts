import * as Effect from "effect/Effect"
import { basename, join, resolve } from "node:path"
import { t } from "../../language/Text.js"
import type { Batch } from "../Batch.js"
import { DataError } from "../DataError.js"
import type { Dataset, Examples, SplitName } from "../Dataset.js"
import { fingerprint } from "../fingerprint.js"
import * as SourceFiles from "../SourceFiles.js"
import * as Split from "../Split.js"
import { wholeNumbers, type TextServices } from "./fromText.js"
import { load, type Loaded } from "./load.js"
import * as Passages from "./Passages.js"
import type { TextInput } from "./TextInput.js"
import type { CorpusOptions } from "./TextOptions.js"
import * as Tokens from "./Tokens.js"

/**
 * A dataset for language models: `length` tokens of a text, and for each the token that follows it, from any
 * position. Its classes are the tokens.
 *
 * Texts may be larger than memory, see `Dataset.fromText`. A split divides pieces of the text, some ten examples
 * long, by default in their order: the last ones test. No example lies across two pieces of different splits, or
 * two files.
 *
 * Fails with `DataError`, which names file and line, where something is no text in UTF-8.
 *
 * @example
 * ```ts
 * import { Dataset } from "holdfast"
 *
 * export const shakespeare = Dataset.fromCorpus({ path: "shakespeare.txt", length: 128, shift: true })
 * ```
 */
export const fromCorpus = (
  options: CorpusOptions
): Effect.Effect<Dataset, DataError, TextServices> =>
  Effect.gen(function* () {
    const { by_file = false, encoding = "utf-8", length, shift = false, stride = length } = options
    yield* wholeNumbers({ length, stride })
    const tokens = yield* Tokens.make(options.tokens ?? "characters")
    const files = yield* SourceFiles.filesOf(options.path, [".txt", ".text"])
    const loaded = yield* load({
      passages: Passages.ofCorpus(files, encoding),
      tokens,
      label: null,
      damaged: options.damaged ?? "error",
      cacheFolder: options.cache_dir ?? join(".cache", "texts"),
      fingerprint: options.fingerprint ?? "sampled",
      parameters: ["corpus", options.path, encoding]
    })
    const units = unitsOf(loaded, by_file ? null : pieceOf(loaded.store.size, length))
    const { split = Split.ordered.make() } = options
    const divided = yield* Split.indices(split, {
      size: units.length,
      keyOf: (i) => (by_file ? files[units[i]!.file]! : units[i]!.key),
      nameOf: (i) => files[units[i]!.file]!
    })
    const splits = {
      train: segmentsOf(units, divided.train, length, stride),
      validation: segmentsOf(units, divided.validation, length, stride),
      test: segmentsOf(units, divided.test, length, stride)
    }
    for (const name of Split.names) {
      const { size } = splits[name]
      if (size > 0 && size < 2 ** 31) continue
      return yield* new DataError({
        reason: size === 0 ? "Empty" : "Mismatch",
        path: size === 0 ? "split" : "stride",
        detail:
          size === 0
            ? t`leaves no ${length + 1} tokens in a row for ${name}; divide otherwise, take a smaller length, or add texts`
            : t`makes ${size} examples of ${name}, of which there can be ${2 ** 31 - 1}; take a larger one`
      })
    }
    const vocabulary = tokens.choose(yield* countsIn(loaded, tokens, splits.train))
    const input: TextInput = {
      kind: "text",
      tokens: vocabulary.saved,
      length,
      // What comes last decides about the next token.
      truncation: "start",
      padding: "end",
      padding_id: vocabulary.padding,
      mask: false,
      predicts: "next_token"
    }
    const examples = (name: SplitName): Examples => {
      const own = splits[name]
      return {
        size: own.size,
        batch: (indices, rng) =>
          Effect.suspend(() => {
            const isShifted = name === "train" && shift && rng !== undefined
            const parts = Array.from(indices, (index) => {
              const { at, end } = own.place(index)
              const from = isShifted
                ? Math.min(at + Math.floor(rng() * stride), end - length - 1)
                : at
              return [from, from + length + 1] as const
            })
            return Effect.map(loaded.store.read(parts), (read): Batch => {
              const [inputs, labels] = [0, 1].map(() => new Int32Array(indices.length * length))
              read.forEach((codes, i) => {
                const ids = Int32Array.from(codes, vocabulary.idOf)
                inputs!.set(ids.subarray(0, length), i * length)
                labels!.set(ids.subarray(1), i * length)
              })
              return { size: indices.length, inputs: inputs!, labels: labels! }
            })
          }),
        describe: (index) => {
          const { at, file } = own.place(index)
          const path = files[file]!
          const token = at - loaded.starts[file]! + 1
          return { name: t`${basename(path)}, token ${token}`, path: resolve(path) }
        }
      }
    }
    return {
      name: options.name ?? basename(resolve([options.path].flat()[0]!)),
      fingerprint: fingerprint(
        { content: loaded.content, input, stride, shift },
        ...Split.names.flatMap((name) => [splits[name].starts, splits[name].ends])
      ),
      inputShape: [length],
      inputType: "int32" as const,
      labelShape: [length],
      classes: vocabulary.tokens,
      preprocessing: { ...input },
      train: examples("train"),
      validation: examples("validation"),
      test: examples("test")
    }
  })

/** What is in one split: tokens that follow one another in a file. */
interface Unit {
  readonly file: number
  readonly from: number
  readonly to: number
  readonly key: number
}

/** How long pieces are: some examples, so that few are lost between them, but enough pieces to divide. */
const pieceOf = (tokens: number, length: number) =>
  Math.max(length + 1, Math.min(16 * length, Math.floor(tokens / 64)))

const unitsOf = ({ size, starts }: Loaded, piece: number | null): ReadonlyArray<Unit> => {
  const units: Array<Unit> = []
  for (let file = 0; file < size; file++) {
    const [from, to] = [starts[file]!, starts[file + 1]!]
    for (let at = from, n = 0; at < to; at += piece ?? Infinity, n++) {
      units.push({
        file,
        from: at,
        to: Math.min(to, at + (piece ?? Infinity)),
        key: file * 2 ** 32 + n
      })
    }
  }
  return units
}

/** The examples of a split: where each begins, in tokens that follow one another. */
interface Segments {
  readonly size: number
  readonly starts: Float64Array
  readonly ends: Float64Array
  readonly place: (index: number) => {
    readonly at: number
    readonly end: number
    readonly file: number
  }
}

const segmentsOf = (
  units: ReadonlyArray<Unit>,
  own: Int32Array,
  length: number,
  stride: number
): Segments => {
  const joined: Array<{ readonly file: number; readonly from: number; to: number }> = []
  for (const i of own) {
    const { file, from, to } = units[i]!
    const last = joined.at(-1)
    if (last?.file === file && last.to === from) last.to = to
    else joined.push({ file, from, to })
  }
  const counts = joined.map(({ from, to }) =>
    Math.max(0, Math.floor((to - from - 1 - length) / stride) + 1)
  )
  const before = new Float64Array(joined.length + 1)
  counts.forEach((count, i) => (before[i + 1] = before[i]! + count))
  return {
    size: before.at(-1)!,
    starts: Float64Array.from(joined, ({ from }) => from),
    ends: Float64Array.from(joined, ({ to }) => to),
    place: (index) => {
      // The last segment before which there are no more examples than this.
      let [low, high] = [0, joined.length - 1]
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if (before[middle]! <= index) low = middle
        else high = middle - 1
      }
      const { file, from, to } = joined[low]!
      return { at: from + (index - before[low]!) * stride, end: to, file }
    }
  }
}

/** How often each code is in the segments of a split. */
const countsIn = Effect.fnUntraced(function* (
  { store }: Loaded,
  { dictionary }: Tokens.Tokens,
  { ends, starts }: Segments
) {
  const counts = new Float64Array(dictionary?.values.length ?? 0)
  if (dictionary === null) return counts
  let segment = 0
  yield* store.scan((at, codes) => {
    for (let i = 0; i < codes.length; i++) {
      while (segment < ends.length && ends[segment]! <= at + i) segment++
      if (segment < ends.length && starts[segment]! <= at + i) counts[codes[i]!]! += 1
    }
  })
  return counts
})
