import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { fileNames } from "../checkpointing/FileNames.js"
import { CheckpointStore } from "../checkpointing/store/CheckpointStore.js"
import { quote } from "../process/Invocation.js"
import type { Definition } from "./Definition.js"
import { runWords } from "./RunWords.js"
import { checkpointsOf } from "./SweepFolder.js"
import type { SweepView, TrialView } from "./SweepView.js"

// A bucket that does not answer must not keep a page waiting.
const patience = 2000

/** How the best trial of a sweep is trained on. */
export const trainOn = (
  definition: Definition,
  folder: string,
  trial: TrialView
): Effect.Effect<Pick<SweepView, "bestCheckpoint" | "bestCommand">, never, CheckpointStore> =>
  Effect.gen(function* () {
    const store = yield* CheckpointStore
    const checkpoints = checkpointsOf(folder, definition, trial.number)
    // Only a pipeline with trackBest has one.
    const best = `${checkpoints}/${fileNames.best}`
    const found = yield* Effect.option(Effect.timeout(store.inspect(best), patience))
    const bestCheckpoint = Option.isSome(found) ? best : `${checkpoints}/${fileNames.latest}`
    return { bestCheckpoint, bestCommand: commandOf(definition, folder, trial, bestCheckpoint) }
  })

/** The command line that trains a trial for as many epochs again, as a run of its own in a folder of its own. */
const commandOf = (
  definition: Definition,
  folder: string,
  { epochs, parameters }: TrialView,
  checkpoint: string
): string => {
  const words = [
    ...runWords(definition, { folder, parameters, checkpointDir: `${folder}-best` }),
    "--set",
    `training.num_epochs=${2 * epochs}`,
    "--resume",
    checkpoint
  ]
  return ["npx holdfast", ...words.map(quote)].join(" ")
}
