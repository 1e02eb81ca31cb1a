import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Effect from "effect/Effect"

const options = { checkpoint: Args.text({ name: "checkpoint" }) }

const load = Effect.promise(() => import("./PinCheckpoint.js"))

/** `holdfast pin`. */
export const pin = Command.make("pin", options, ({ checkpoint }) =>
  Effect.flatMap(load, ({ pinCheckpoint }) => pinCheckpoint(checkpoint))
)

/** `holdfast unpin`. */
export const unpin = Command.make("unpin", options, ({ checkpoint }) =>
  Effect.flatMap(load, ({ unpinCheckpoint }) => unpinCheckpoint(checkpoint))
)
