// Trains on files and saves; the process that started it, if one did, hears of the first step.
import * as Effect from "effect/Effect"
import { Pipeline, Stages, StepHook } from "holdfast"
import { connectBack } from "../Player.js"
import { config, data, start } from "./stages.js"

// To connect says that a step is done; what follows is the wait to be dismissed.
const reportFirstStep = StepHook.make("reportFirstStep", {
  afterStep: () =>
    process.env["PEER_SOCKET"] === undefined
      ? Effect.void
      : Effect.promise(() => connectBack().next())
})

export default Pipeline.make(
  "peer-resume",
  config,
  data,
  start,
  Stages.epochs(Stages.trainEpochWith({ hooks: [reportFirstStep] }), Stages.checkpoint)
)
