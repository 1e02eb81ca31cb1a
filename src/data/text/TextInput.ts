import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"
import type { DataError } from "../DataError.js"
import * as HuggingFace from "./HuggingFace.js"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** How a text is divided into tokens, and the number of each. */
export const SavedTokens = Schema.Union(
  /** Number i + 2 is token i of `values`; 0 is padding, 1 any other token. */
  Schema.Struct({
    kind: Schema.Literal("words", "characters"),
    lowercase: Schema.Boolean,
    values: Schema.Array(Schema.String)
  }),
  /** The bytes of the text in UTF-8, each plus 1; 0 is padding. */
  Schema.Struct({ kind: Schema.Literal("bytes") }),
  HuggingFace.Saved
)
export type SavedTokens = typeof SavedTokens.Type

/**
 * How an input is made of a text, as a dataset declares it in `preprocessing`: the numbers of its tokens, of
 * which there are `length`: what is too long is cut at its end or start (`truncation`), what is too short is
 * filled up with `padding_id` there (`padding`).
 */
export const TextInput = Schema.Struct({
  kind: Schema.Literal("text"),
  tokens: SavedTokens,
  length: Schema.Int,
  truncation: Schema.Literal("end", "start"),
  padding: Schema.Literal("end", "start"),
  padding_id: Schema.Int,
  /** Whether the model has two inputs, `ids` and `mask`: 1 for a token, 0 for padding. */
  mask: Schema.Boolean,
  /** The column or field of the texts, where they were in a table. */
  column: optional(Schema.String),
  /** What the model says of each token: the next one. */
  predicts: optional(Schema.Literal("next_token"))
})
export type TextInput = typeof TextInput.Type

/** The `preprocessing` of a dataset of texts, if it is such. */
export const of = (preprocessing: unknown): Option.Option<TextInput> =>
  Schema.decodeUnknownOption(TextInput)(preprocessing)

/** Divides texts into the numbers of their tokens, and makes texts of such. */
export interface Tokenizer {
  readonly encode: (text: string) => ReadonlyArray<number>
  readonly decode: (ids: ArrayLike<number>) => string
  /** All tokens, by number. */
  readonly tokens: ReadonlyArray<string>
}

/** Words: letters, digits and marks that follow one another; signs and ideographs stand alone. */
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{M}\p{N}_'’])+|[^\s\p{L}\p{M}\p{N}]/gu

/** The words or characters of a text. */
export const divide = (
  text: string,
  { kind, lowercase }: { readonly kind: "words" | "characters"; readonly lowercase: boolean }
): ReadonlyArray<string> => {
  const own = lowercase ? text.toLowerCase() : text
  return kind === "characters" ? [...own] : (own.normalize("NFC").match(word) ?? [])
}

/** Number 0 is padding, 1 what is unknown, and the first token of a vocabulary 2. */
export const [padding, unknown, first] = [0, 1, 2] as const

/** The tokenizer of what was saved; fails where it is one of Hugging Face that cannot be used. */
export const tokenizer = (saved: SavedTokens): Effect.Effect<Tokenizer, DataError> =>
  saved.kind === "tokenizer"
    ? HuggingFace.tokenizer(saved)
    : Effect.succeed(saved.kind === "bytes" ? bytes : ofVocabulary(saved))

const ofVocabulary = (saved: Extract<SavedTokens, { readonly values: unknown }>): Tokenizer => {
  const tokens = ["", "\uFFFD", ...saved.values]
  const numbers = new Map(saved.values.map((value, i) => [value, i + first]))
  return {
    tokens,
    encode: (text) => divide(text, saved).map((token) => numbers.get(token) ?? unknown),
    decode: (ids) =>
      Array.from(ids, (id) => tokens[id] ?? "").join(saved.kind === "words" ? " " : "")
  }
}

const bytes: Tokenizer = {
  tokens: ["", ...Array.from({ length: 256 }, (_, byte) => byteName(byte))],
  encode: (text) => Array.from(new TextEncoder().encode(text), (byte) => byte + 1),
  decode: (ids) =>
    new TextDecoder().decode(
      Uint8Array.from(
        Array.from(ids).filter((id) => id > 0),
        (id) => id - 1
      )
    )
}

function byteName(byte: number): string {
  return byte > 0x20 && byte < 0x7f
    ? String.fromCharCode(byte)
    : `0x${byte.toString(16).padStart(2, "0")}`
}

/**
 * Writes the tokens of a text, of which `ids` are the numbers, where the model expects them: `length` of them
 * from `at` on, and in `mask` which ones are no padding.
 */
export const write = (
  ids: ArrayLike<number>,
  { length, padding, padding_id, truncation }: TextInput,
  target: Int32Array,
  mask: Uint8Array | null,
  at: number
): void => {
  const count = Math.min(ids.length, length)
  const from = truncation === "end" ? 0 : ids.length - count
  const to = at + (padding === "end" ? 0 : length - count)
  target.fill(padding_id, at, at + length)
  for (let i = 0; i < count; i++) target[to + i] = ids[from + i]!
  mask?.fill(1, to, to + count)
}

/** The longest text that is read, in UTF-16 units. */
export const longestText = 1 << 24

/** Why something is no text that can be learned from; null: it is one. */
export const problemOf = (text: unknown): string | null =>
  text === null || text === undefined
    ? t`has no text`
    : typeof text !== "string"
      ? t`has a text that is none, but ${typeof text}`
      : text.length > longestText
        ? t`has a text of more than ${longestText} characters`
        : /^\s*$/.test(text)
          ? t`has an empty text`
          : brokenAt(text)

/** Characters that no text holds: they come of files that are none, or of another encoding. */
export const brokenAt = (text: string): string | null =>
  text.includes("\0")
    ? t`has a NUL character: is it a text?`
    : /[\uFFFD\p{Surrogate}]/u.test(text)
      ? t`is not text in UTF-8`
      : null

/** Reads texts for a model: gives the ids and the mask of a text, or says why it is none. */
export const reader = (input: TextInput) =>
  Effect.map(
    tokenizer(input.tokens),
    ({ encode }) =>
      (
        text: unknown
      ): Either.Either<{ readonly ids: Int32Array; readonly mask: Uint8Array }, string> => {
        const problem = problemOf(text)
        if (problem !== null) return Either.left(problem)
        const found = encode(text as string)
        if (found.length === 0) return Either.left(t`has an empty text`)
        const [ids, mask] = [new Int32Array(input.length), new Uint8Array(input.length)]
        write(found, input, ids, mask, 0)
        return Either.right({ ids, mask })
      }
  )
