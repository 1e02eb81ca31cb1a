/**
 * The second pipeline: counts which classes the best model that pipeline.ts has saved takes for which.
 *
 *   cd examples/second-pipeline && npx holdfast run predict.ts
 */
import * as Effect from "effect/Effect"
import { emit, Pipeline, Stage, Stages, type TrainedModel } from "holdfast"
import { blobs, BlobsConfig } from "holdfast/testing"
import { config, network } from "./stages.js"

/** A row for each class, a column for each prediction. */
const confusion = Stage.make("confusion", {
  description: "count the predictions for each class of the test split",
  run: ({ classes, config, epoch, predict }: TrainedModel<BlobsConfig>) =>
    Effect.gen(function* () {
      const { test } = yield* blobs(config)
      const { inputs, labels } = yield* test.batch(
        Int32Array.from({ length: test.size }, (_, i) => i)
      )
      const probabilities = yield* predict(Float32Array.from(inputs), test.size)
      const counts = classes.map(() => classes.map(() => 0))
      labels.forEach((label, i) => {
        const row = [...probabilities.subarray(i * classes.length, (i + 1) * classes.length)]
        counts[label]![row.indexOf(Math.max(...row))]! += 1
      })
      yield* emit({
        _tag: "Result",
        text: `predictions of epoch ${epoch} by class: ${JSON.stringify(counts)}`,
        value: { epoch, classes, counts }
      })
      return counts
    })
})

export default Pipeline.make(
  "second-pipeline-predict",
  config,
  Stages.restoreModel(BlobsConfig, network),
  confusion
)
