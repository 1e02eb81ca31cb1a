import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Help from "./Help.js"

const options = {
  checkpoint: Args.text({ name: "checkpoint" }).pipe(Args.withDescription("The checkpoint's file")),
  json: Options.boolean("json").pipe(
    Options.withDescription("Prints everything but the tensors' values as JSON")
  )
}

/** `holdfast inspect`. */
export const inspect = Command.make("inspect", options, (given) =>
  Effect.flatMap(
    Effect.promise(() => import("./InspectCheckpoint.js")),
    ({ inspectCheckpoint }) => inspectCheckpoint(given)
  )
).pipe(
  Command.withDescription(
    Help.describe("Shows what is in a checkpoint", [
      ["holdfast inspect checkpoints/best_model.safetensors", "position, metrics, tensors, config"],
      ["holdfast inspect checkpoints/best_model.safetensors --json", "the same for programs"]
    ])
  )
)
