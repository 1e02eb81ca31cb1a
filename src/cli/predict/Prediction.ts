import type { OutputIdentity } from "../../checkpointing/Checkpoint.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import * as Format from "../../terminal/Format.js"

/** What a model says of one example: its classes, the likeliest first, or its numbers. */
export type Prediction =
  | { readonly classes: ReadonlyArray<{ readonly class: string; readonly probability: number }> }
  | { readonly output: ReadonlyArray<number> }

/** What the numbers of an output mean, where there are `classes`. */
export const predictionOf = (
  numbers: ReadonlyArray<number>,
  classes: ReadonlyArray<string>,
  activation: OutputIdentity["activation"],
  top: number
): Prediction => {
  // One logit is that of the second of two classes.
  const isBinary = numbers.length === 1 && classes.length === 2 && activation === "sigmoid"
  const probabilities = isBinary ? [1 - numbers[0]!, numbers[0]!] : numbers
  if (activation === undefined || classes.length !== probabilities.length)
    return { output: numbers }
  return {
    classes: probabilities
      .map((probability, i) => ({ class: classes[i]!, probability }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, top)
  }
}

/** The same for people. */
export const draw = (prediction: Prediction): string =>
  "classes" in prediction
    ? prediction.classes
        .map(
          ({ class: name, probability }) =>
            t`${Printable.value(name)} (${(100 * probability).toFixed(1)} %)`
        )
        .join(", ")
    : prediction.output.map((one) => Format.number(one)).join(" ")

/** Outputs by name; "" for a single one. */
export const namedOutputs = (
  predicted: Float32Array | Readonly<Record<string, Float32Array>>
): Readonly<Record<string, Float32Array>> =>
  predicted instanceof Float32Array ? { "": predicted } : predicted
