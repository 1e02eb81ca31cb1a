import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"

const options = { checkpoint: Args.text({ name: "checkpoint" }), json: Options.boolean("json") }

/** `holdfast inspect`. */
export const inspect = Command.make("inspect", options, (given) =>
  Effect.flatMap(
    Effect.promise(() => import("./InspectCheckpoint.js")),
    ({ inspectCheckpoint }) => inspectCheckpoint(given)
  )
)
