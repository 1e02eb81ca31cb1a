import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Config, Random, Text, type DataError } from "holdfast"
import * as tf from "holdfast/tf"

/** The `sample` section of the config: what is asked of the model. */
export const SampleConfig = Schema.Struct({
  prompt: Config.field(Schema.NonEmptyString, "\n", "What the text begins with."),
  length: Config.field(Schema.Int.pipe(Schema.positive()), 300, "How many characters follow."),
  temperature: Config.field(
    Schema.Number.pipe(Schema.greaterThan(0)),
    0.8,
    "Below 1 likely characters become likelier, above 1 less so."
  ),
  seed: Config.field(Schema.Int, 1, "Another seed draws another text.")
})
type SampleConfig = typeof SampleConfig.Type

/**
 * Has a model write on from a prompt, character by character, each drawn by the probabilities that it gives.
 * The same model, prompt and seed give the same text.
 */
export const generate = (
  model: tf.LayersModel,
  preprocessing: unknown,
  { length, prompt, seed, temperature }: SampleConfig
): Effect.Effect<string, DataError> =>
  Effect.gen(function* () {
    const tokenizer = yield* Text.tokenizer(preprocessing)
    const draw = Random.generator(Random.make(seed), "sample")
    const window = model.inputs[0]!.shape[1]!
    const ids = [...tokenizer.encode(prompt)]
    for (let i = 0; i < length; i++) {
      const seen = ids.slice(-window)
      const logits = yield* Effect.acquireUseRelease(
        Effect.sync(() => nextLogits(model, seen, window)),
        (tensor) => Effect.promise(() => tensor.data()),
        (tensor) => Effect.sync(() => tensor.dispose())
      )
      ids.push(drawn(logits, temperature, draw()))
    }
    return tokenizer.decode(ids)
  })

/** The logits of the character after those seen; what stands behind them is not looked at. */
const nextLogits = (model: tf.LayersModel, seen: ReadonlyArray<number>, window: number) =>
  tf.tidy(() => {
    const padded = Int32Array.from({ length: window }, (_, i) => seen[i] ?? 0)
    const logits = model.predict(tf.tensor2d(padded, [1, window], "int32")) as tf.Tensor3D
    return tf.reshape(tf.slice(logits, [0, seen.length - 1, 0], [1, 1, -1]), [-1])
  })

/** One of the characters, by their logits; never 0 or 1, which are padding and what is unknown. */
const drawn = (logits: ArrayLike<number>, temperature: number, share: number): number => {
  const known = Array.from(logits).slice(2)
  const top = Math.max(...known)
  const weights = known.map((logit) => Math.exp((logit - top) / temperature))
  let left = share * weights.reduce((sum, weight) => sum + weight, 0)
  const found = weights.findIndex((weight) => (left -= weight) < 0)
  return (found < 0 ? known.indexOf(top) : found) + 2
}
