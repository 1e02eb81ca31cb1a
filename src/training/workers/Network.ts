import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { schemaOf } from "../../config/Compare.js"
import { t } from "../../language/Text.js"
import { identityOf } from "../DatasetIdentity.js"
import { partsOf } from "../ModelParts.js"
import type { RunFields } from "../RunFields.js"
import type { Network } from "./Protocol.js"

/** Why workers cannot compute the steps of a run; null: they can. */
export const problemOf = (run: RunFields): string | null => {
  if (run.backend !== "wasm" && run.backend !== "cpu") {
    return t`workers compute on the backends wasm and cpu, and this run on ${run.backend}`
  }
  if (partsOf(run).statefulLayers.length > 0) {
    return t`the stateful layer ${partsOf(run).statefulLayers[0]!.path} keeps its states on one thread`
  }
  return null
}

/** What a dataset declares of its batches. */
const layoutFields = [
  "classes",
  "inputShape",
  "inputs",
  "inputType",
  "labels",
  "labelShape",
  "masked",
  "normalization",
  "weighted"
] as const

/** What workers build the model of a run from. */
export const networkOf = (run: RunFields) =>
  Effect.sync((): Network => {
    const { config, dataset, objective, random } = run
    const schema = schemaOf(config)
    const layout = Object.fromEntries(
      layoutFields.flatMap((name) => (dataset[name] === undefined ? [] : [[name, dataset[name]]]))
    )
    return {
      config: schema === undefined ? config : Schema.encodeSync(schema)(config),
      seed: random.seed,
      layout,
      identity: identityOf(dataset),
      weights: partsOf(run).weights.map(({ name, trainable }) => ({ name, trainable })),
      classWeights: ("classWeights" in objective && objective.classWeights) || null,
      backend: run.backend as Network["backend"]
    }
  })
