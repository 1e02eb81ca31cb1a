// Trains an epoch on files whenever it is asked to.
import * as Effect from "effect/Effect"
import { Pipeline, Stage, Stages } from "holdfast"
import type { Run } from "holdfast"
import { connectBack, startTimer } from "../Player.js"
import { config, data, start } from "./stages.js"

const { answer, next } = connectBack()

const trainInTurn = Stage.make("trainInTurn", {
  description: "train an epoch when it is asked to",
  resumable: true,
  run: (run: Run.Run) =>
    Effect.gen(function* () {
      yield* Effect.promise(next)
      const end = startTimer()
      const trained = yield* Stages.trainEpoch.run(run)
      answer(end())
      return trained
    })
})

export default Pipeline.make("peer-epochs", config, data, start, Stages.epochs(trainInTurn))
