import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { dirname, join } from "node:path"
import * as OpenFile from "../../io/OpenFile.js"
import { t } from "../../language/Text.js"
import { DataError } from "../DataError.js"

const Json = Schema.Record({ key: Schema.String, value: Schema.Unknown })

/** A tokenizer of Hugging Face: what is in its `tokenizer.json`, and in a `tokenizer_config.json` beside it. */
export const Saved = Schema.Struct({
  kind: Schema.Literal("tokenizer"),
  json: Json,
  config: Json,
  /** Whether tokens such as [CLS] and [SEP] are put around a text. */
  special_tokens: Schema.Boolean
})
export type Saved = typeof Saved.Type

/** Every checkpoint and export holds it. */
const mostBytes = 1 << 24

/** Reads a `tokenizer.json`, and what is beside it. */
export const readFile = Effect.fnUntraced(function* (path: string, special_tokens: boolean) {
  const json = yield* readJson(path)
  const config = yield* Effect.catchIf(
    readJson(join(dirname(path), "tokenizer_config.json")),
    ({ reason }) => reason === "NotFound",
    () => Effect.succeed({})
  )
  // Templates of chats and tokens that tokenizer.json has, too.
  const { added_tokens_decoder: _tokens, chat_template: _chat, ...others } = config as typeof json
  const saved: Saved = { kind: "tokenizer", json, config: others, special_tokens }
  yield* tokenizer(saved, path)
  return saved
})

const readJson = (path: string) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    yield* OpenFile.requireRegular(path)
    const { size } = yield* fileSystem.stat(path)
    if (Number(size) > mostBytes) {
      return yield* refuse(
        path,
        t`has ${Number(size)} bytes, more than ${mostBytes}, which every checkpoint would hold; take a tokenizer of fewer tokens`
      )
    }
    const text = yield* fileSystem.readFileString(path)
    return yield* Effect.mapError(
      Schema.decodeUnknown(Schema.parseJson(Json))(text),
      () => new DataError({ reason: "Unreadable", path, detail: t`is no JSON object` })
    )
  }).pipe(
    Effect.mapError((error) => {
      if (error._tag === "DataError") return error
      const isMissing = error._tag === "SystemError" && error.reason === "NotFound"
      return new DataError({
        reason: isMissing ? "NotFound" : "Unreadable",
        path,
        detail: isMissing ? t`does not exist` : t`cannot be read: ${error.message}`
      })
    })
  )

const refuse = (path: string, detail: string) =>
  new DataError({ reason: "Unreadable", path, detail })

/** What is used of the library, whose own types import without the ends of names. */
interface Library {
  readonly model: { readonly vocab: ReadonlyArray<string | undefined> }
  readonly encode: (
    text: string,
    options: { readonly add_special_tokens: boolean }
  ) => { readonly ids: ReadonlyArray<number | undefined> }
  readonly decode: (ids: ReadonlyArray<number>) => string
}

/** The tokenizer of what was saved; `path` is where an error says that it is from. */
export const tokenizer = Effect.fnUntraced(function* (
  { config, json, special_tokens }: Saved,
  path = "tokenizer.json"
) {
  const { Tokenizer } = yield* Effect.promise(() => import("@huggingface/tokenizers"))
  return yield* Effect.try({
    try: () => {
      const library = new Tokenizer(json, config) as unknown as Library
      const tokens = library.model.vocab
      const options = { add_special_tokens: special_tokens }
      // What it has no number for is left out, as Hugging Face's own library does.
      const encode = (text: string): ReadonlyArray<number> =>
        library.encode(text, options).ids.filter((id) => id !== undefined)
      // What is no tokenizer is noticed with the first text.
      encode("a")
      return {
        tokens: Array.from(tokens, (token) => token ?? ""),
        encode,
        decode: (ids: ArrayLike<number>) =>
          ids.length === 0 ? "" : library.decode(Array.from(ids))
      }
    },
    catch: (error) =>
      refuse(
        path,
        t`is no tokenizer that can be used: ${error instanceof Error ? error.message : String(error)}`
      )
  })
})

/** The number that stands for padding; undefined where the tokenizer has none. */
export const paddingOf = ({ config, json }: Saved): number | undefined => {
  const { added_tokens, model, padding } = json as {
    readonly added_tokens?: unknown
    readonly model?: { readonly vocab?: unknown }
    readonly padding?: unknown
  }
  if (Predicate.hasProperty(padding, "pad_id") && Number.isSafeInteger(padding.pad_id)) {
    return padding.pad_id as number
  }
  const given = config["pad_token"]
  const own = Predicate.hasProperty(given, "content") ? given.content : given
  const names = [...(typeof own === "string" ? [own] : []), "[PAD]", "<pad>", "<|padding|>"]
  const added = Array.isArray(added_tokens) ? (added_tokens as ReadonlyArray<unknown>) : []
  for (const name of names) {
    const token = added.find((one) => Predicate.hasProperty(one, "content") && one.content === name)
    if (Predicate.hasProperty(token, "id") && typeof token.id === "number") return token.id
    const vocab = model?.vocab
    if (Predicate.hasProperty(vocab, name) && typeof vocab[name] === "number") return vocab[name]
  }
  return undefined
}
