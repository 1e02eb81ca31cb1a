/**
 * Writes a text by the best model that pipeline.ts has saved:
 *
 *   cd examples/character-model && npx holdfast run sample.ts
 *   npx holdfast run sample.ts --set 'sample.prompt=LADY MACBETH.' --set sample.temperature=0.5
 */
import * as Effect from "effect/Effect"
import { emit, Pipeline, Stage, Stages } from "holdfast"
import { generate } from "./generate.js"
import { CharacterConfig, network } from "./pipeline.js"

const restore = Stages.restoreModel(CharacterConfig, network)

// A restored model comes with the config of its training; what to write is asked for now.
const write = Stage.make("write", {
  description: "restore the best model, and write a text",
  run: (config: CharacterConfig) =>
    Effect.gen(function* () {
      const { epoch, meta, model } = yield* restore.run(config)
      const text = yield* generate(model, meta.dataset.preprocessing, config.sample)
      yield* emit({ _tag: "Result", text, value: { epoch, text } })
      return text
    })
})

export default Pipeline.make("character-model-sample", Stages.loadConfig(CharacterConfig), write)
