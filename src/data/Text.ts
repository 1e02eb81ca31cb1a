import type * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { t } from "../language/Text.js"
import { DataError } from "./DataError.js"
import * as TextInput from "./text/TextInput.js"

export { CorpusData, TextData, type CorpusOptions, type TextOptions } from "./text/TextOptions.js"
export { TokensConfig, type DeclaredTokens } from "./text/Tokens.js"
export type { Tokenizer } from "./text/TextInput.js"

/**
 * The tokenizer of a model of texts, by what its dataset and its checkpoints have as `preprocessing`: makes numbers
 * of a text, and a text of numbers, as one that a language model has written.
 *
 * Fails with `DataError` where that is of another kind.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Text, type TrainedModel } from "holdfast"
 *
 * export const spell = (trained: TrainedModel<unknown>, ids: ReadonlyArray<number>) =>
 *   Effect.map(Text.tokenizer(trained.meta.dataset.preprocessing), ({ decode }) => decode(ids))
 * ```
 */
export const tokenizer = (preprocessing: unknown): Effect.Effect<TextInput.Tokenizer, DataError> =>
  Option.match(TextInput.of(preprocessing), {
    onNone: () =>
      new DataError({
        reason: "Mismatch",
        path: "preprocessing",
        detail: t`is not that of texts, which Dataset.fromText and Dataset.fromCorpus make`
      }),
    onSome: ({ tokens }) => TextInput.tokenizer(tokens)
  })
