import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import { backendNames } from "../backend/Backend.js"

const options = {
  pipeline: Args.text({ name: "pipeline" }),
  args: Args.repeated(Args.text({ name: "args" })),
  config: Options.withDefault(Options.text("config"), "config.json"),
  set: Options.repeated(Options.text("set")),
  resume: Options.optional(Options.text("resume")),
  allowDatasetChange: Options.boolean("allow-dataset-change"),
  backend: Options.choice("backend", backendNames).pipe(
    Options.withFallbackConfig(Config.literal(...backendNames)("HOLDFAST_BACKEND")),
    Options.optional
  ),
  quiet: Options.boolean("quiet"),
  json: Options.boolean("json")
}

/** `holdfast run`. */
export const run = Command.make("run", options, (given) =>
  Effect.flatMap(
    Effect.promise(() => import("./RunPipeline.js")),
    ({ runPipeline }) => runPipeline(given)
  )
)
