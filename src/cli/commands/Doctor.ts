import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import { backend } from "../BackendOption.js"

const options = { backend, json: Options.boolean("json") }

/** `holdfast doctor`. */
export const doctor = Command.make("doctor", options, (given) =>
  Effect.flatMap(
    Effect.promise(() => import("./ExamineMachine.js")),
    ({ examineMachine }) => examineMachine(given)
  )
)
