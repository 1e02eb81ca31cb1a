import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"

const options = {
  folder: Args.withDefault(Args.text({ name: "folder" }), "checkpoints"),
  json: Options.boolean("json")
}

/** `holdfast list`. */
export const list = Command.make("list", options, (given) =>
  Effect.flatMap(
    Effect.promise(() => import("./ListCheckpoints.js")),
    ({ listCheckpoints }) => listCheckpoints(given)
  )
)
