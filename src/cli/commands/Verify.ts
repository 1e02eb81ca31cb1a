import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"

const options = { path: Args.text({ name: "path" }), json: Options.boolean("json") }

/** `holdfast verify`. */
export const verify = Command.make("verify", options, (given) =>
  Effect.flatMap(
    Effect.promise(() => import("./VerifyCheckpoints.js")),
    ({ verifyCheckpoints }) => verifyCheckpoints(given)
  )
)
