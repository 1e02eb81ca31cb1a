// Trains a network as Holdfast does, an epoch whenever it is its turn.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Config, Objective, Optimizer, Pipeline, Scheduler, Stage, Stages } from "holdfast"
import type { Run } from "holdfast"
import { inputShapeOf, make, steps, training } from "./networks.js"
import { numbers } from "./numbers.js"
import { join } from "./turns.js"

const OverheadConfig = Config.make({
  model: Schema.Struct({ network: Schema.Literal("tiny", "speaker") }),
  data: Schema.Struct({})
})
type OverheadConfig = typeof OverheadConfig.Type

const turn = join(process.env["SOCKET"]!)

const trainInTurn = Stage.make("trainInTurn", {
  description: "train an epoch when it is its turn",
  resumable: true,
  run: (run: Run.Run) =>
    Effect.gen(function* () {
      const end = yield* Effect.promise(turn)
      yield* Stages.trainEpoch.run(run)
      end()
      return run
    })
})

export default Pipeline.make(
  "overhead",
  Stages.loadConfig(OverheadConfig),
  Stages.loadDataset(({ model: { network } }: OverheadConfig) =>
    Effect.sync(() => numbers(training.batch_size * steps[network], inputShapeOf(network)))
  ),
  Stages.restoreOrInit({
    model: ({ config }: { readonly config: OverheadConfig }) => make(config.model.network),
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(trainInTurn)
)
