import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"

const options = { pipeline: Args.text({ name: "pipeline" }), json: Options.boolean("json") }

/** `holdfast show`. */
export const show = Command.make("show", options, (given) =>
  Effect.flatMap(
    Effect.promise(() => import("./ShowPipeline.js")),
    ({ showPipeline }) => showPipeline(given)
  )
)
