import * as Effect from "effect/Effect"
import { type Batch, type Dataset, type Examples, Random } from "holdfast"
import { classes } from "../backends/networks.js"

/** Examples in memory, which a loop written by hand gathers by itself. */
export interface Numbers extends Examples {
  readonly gather: (indices: Int32Array) => Batch
}

/** Random numbers, labelled at random. */
export const numbers = (
  size: number,
  inputShape: ReadonlyArray<number>
): Dataset & { readonly train: Numbers } => {
  const width = inputShape.reduce((a, b) => a * b, 1)
  const draw = Random.generator(Random.make(1), "numbers")
  const inputs = Float32Array.from({ length: size * width }, () => draw() - 0.5)
  const labels = Int32Array.from({ length: size }, () => Math.floor(classes * draw()))
  const gather = (indices: Int32Array): Batch => {
    const batch = new Float32Array(indices.length * width)
    indices.forEach((index, i) =>
      batch.set(inputs.subarray(index * width, (index + 1) * width), i * width)
    )
    const own = Int32Array.from(indices, (index) => labels[index]!)
    return { size: indices.length, inputs: batch, labels: own }
  }
  const train = { size, gather, batch: (indices: Int32Array) => Effect.sync(() => gather(indices)) }
  const few = { ...train, size: 1 }
  return {
    name: "numbers",
    fingerprint: "numbers",
    inputShape,
    labelShape: [],
    classes: Array.from({ length: classes }, (_, i) => `${i}`),
    train,
    validation: few,
    test: few
  }
}
