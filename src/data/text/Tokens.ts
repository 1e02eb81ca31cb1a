import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Choice from "../../config/Choice.js"
import { field, required } from "../../config/Field.js"
import * as Problems from "../../config/Problems.js"
import { t } from "../../language/Text.js"
import { DataError } from "../DataError.js"
import * as Dictionary from "./Dictionary.js"
import * as HuggingFace from "./HuggingFace.js"
import * as TextInput from "./TextInput.js"
import type { Width } from "./TokenStore.js"

/**
 * Divides the texts of a dataset into tokens. While they are read, each token has a code; the vocabulary
 * is chosen after that, by the training split alone, and gives the number that the model sees of each code.
 */
export interface Tokens {
  /** What decides the codes of a text, for the name of a cache. */
  readonly identity: unknown
  readonly width: Width
  /** The codes of a text. */
  readonly encode: (text: string) => ReadonlyArray<number>
  /** The tokens that were met; null: they are fixed beforehand. */
  readonly dictionary: Dictionary.Dictionary | null
  /** The vocabulary, by how often each code is in the training split (which only a dictionary needs). */
  readonly choose: (counts: Float64Array) => Vocabulary
}

/** The numbers that a model sees. */
export interface Vocabulary {
  readonly saved: TextInput.SavedTokens
  /** The number of each code. */
  readonly idOf: (code: number) => number
  /** All tokens, by number. */
  readonly tokens: ReadonlyArray<string>
  readonly padding: number
}

type Make = () => Effect.Effect<Tokens, DataError, FileSystem.FileSystem>

const size = field(
  Schema.Int.pipe(Schema.greaterThan(2)),
  20_000,
  "How many numbers the model tells apart: padding, unknown, and the most frequent tokens of the training split."
)
const min_count = field(
  Schema.Int.pipe(Schema.positive()),
  1,
  "Tokens that the training split holds less often are unknown."
)
const lowercase = (fallback: boolean) =>
  field(Schema.Boolean, fallback, "Whether capital letters are read as small ones.")

/** Words and signs. */
export const words = Choice.define("words", {
  description:
    "Words, and signs one by one: the most frequent ones of the training split. Chinese and Japanese characters are words by themselves.",
  fields: { size, min_count, lowercase: lowercase(true) },
  make:
    (config): Make =>
    () =>
      Effect.succeed(found({ ...config, kind: "words" }))
})

/** Single characters. */
export const characters = Choice.define("characters", {
  description: "Characters, code points of Unicode: the most frequent ones of the training split.",
  fields: { size, min_count, lowercase: lowercase(false) },
  make:
    (config): Make =>
    () =>
      Effect.succeed(found({ ...config, kind: "characters" }))
})

/** The bytes of UTF-8. */
export const bytes = Choice.define("bytes", {
  description: "The bytes of the text in UTF-8: 257 numbers, of which 0 is padding.",
  fields: {},
  make: (): Make => () =>
    Effect.map(TextInput.tokenizer({ kind: "bytes" }), ({ encode, tokens }) => ({
      identity: "bytes",
      width: 2,
      encode,
      dictionary: null,
      choose: () => ({ saved: { kind: "bytes" }, idOf: (code) => code, tokens, padding: 0 })
    }))
})

/** The tokenizer of a pretrained model. */
export const tokenizer = Choice.define("tokenizer", {
  description: "A tokenizer of Hugging Face, such as that of a pretrained model.",
  fields: {
    file: required(Schema.NonEmptyString, "Its tokenizer.json."),
    special_tokens: field(
      Schema.Boolean,
      true,
      "Whether tokens such as [CLS] and [SEP] are put around a text, as tokenizer.json says."
    )
  },
  make:
    ({ file, special_tokens }): Make =>
    () =>
      Effect.gen(function* () {
        const saved = yield* HuggingFace.readFile(file, special_tokens)
        const { encode, tokens } = yield* HuggingFace.tokenizer(saved, file)
        return {
          identity: saved,
          width: tokens.length <= 1 << 16 ? 2 : 4,
          encode,
          dictionary: null,
          choose: () => ({
            saved,
            idOf: (code) => code,
            tokens,
            padding: HuggingFace.paddingOf(saved) ?? 0
          })
        }
      })
})

/** The ways to divide texts that come with Holdfast, the default first. */
export const builtIn = [words, characters, bytes, tokenizer] as const

/** As a config declares it: the name of a way, or an object with that and its fields. */
export const TokensConfig = Choice.union(...builtIn)
export type DeclaredTokens = typeof TokensConfig.Encoded | typeof TokensConfig.Type

/** Makes what code or a config declares. */
export const make = (config: DeclaredTokens) =>
  Either.match(
    // A copy, without the mark of a config that was decoded before.
    Schema.decodeUnknownEither(TokensConfig)(typeof config === "string" ? config : { ...config }, {
      onExcessProperty: "error"
    }),
    {
      onLeft: ({ issue }) => {
        const [{ allowed, found, path }] = Problems.fromIssue(issue) as [Problems.Problem]
        return new DataError({
          reason: "Mismatch",
          path: ["tokens", path].filter((part) => part !== "").join("."),
          detail: t`is ${found ?? t`nothing`}; allowed: ${allowed}`
        })
      },
      onRight: (decoded) => Choice.made<Make>(decoded, builtIn)()
    }
  )

/** Tokens that are found in the texts. */
const found = (options: {
  readonly kind: "words" | "characters"
  readonly size: number
  readonly min_count: number
  readonly lowercase: boolean
}): Tokens => {
  const { kind, lowercase, min_count, size } = options
  const dictionary = new Dictionary.Dictionary()
  return {
    identity: [kind, lowercase],
    width: 4,
    dictionary,
    encode: (text) => TextInput.divide(text, options).map((token) => dictionary.numberOf(token)),
    choose: (counts) => {
      const { values } = dictionary
      const codes = Array.from(values.keys())
        .filter((code) => code !== Dictionary.unknown && counts[code]! >= min_count)
        // Where two are as frequent, by the alphabet, whatever the order of the texts.
        .sort((a, b) => counts[b]! - counts[a]! || (values[a]! < values[b]! ? -1 : 1))
        .slice(0, size - TextInput.first)
      const ids = new Int32Array(values.length).fill(TextInput.unknown)
      codes.forEach((code, i) => (ids[code] = i + TextInput.first))
      const saved = { kind, lowercase, values: codes.map((code) => values[code]!) }
      return {
        saved,
        idOf: (code) => ids[code]!,
        tokens: ["", "\uFFFD", ...saved.values],
        padding: TextInput.padding
      }
    }
  }
}
