import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Help from "./Help.js"

const options = {
  pipeline: Args.text({ name: "pipeline" }).pipe(
    Args.withDescription("The pipeline's file, TypeScript or JavaScript")
  ),
  json: Options.boolean("json").pipe(Options.withDescription("Prints the tree as JSON"))
}

/** `holdfast show`. */
export const show = Command.make("show", options, (given) =>
  Effect.flatMap(
    Effect.promise(() => import("./ShowPipeline.js")),
    ({ showPipeline }) => showPipeline(given)
  )
).pipe(
  Command.withDescription(
    Help.describe("Draws the stages of a pipeline without running any", [
      ["holdfast show pipelines/speaker.ts", "the tree of its stages"]
    ])
  )
)
