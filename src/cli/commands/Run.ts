import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import { backend } from "../BackendOption.js"

/** The parser takes Infinity for a number, and its message would not say what was wrong. */
const seconds = (text: string) =>
  /^\d+(\.\d+)?$/.test(text) && Number(text) > 0
    ? Effect.succeed(Number(text))
    : Effect.fail(
        ValidationError.invalidValue(
          HelpDoc.p(t`--grace is ${text}; it takes a number of seconds, more than 0`)
        )
      )

const options = {
  pipeline: Args.text({ name: "pipeline" }),
  args: Args.repeated(Args.text({ name: "args" })),
  config: Options.optional(Options.text("config")),
  set: Options.repeated(Options.text("set")),
  resume: Options.optional(Options.text("resume")),
  allowDatasetChange: Options.boolean("allow-dataset-change"),
  force: Options.boolean("force"),
  grace: Options.text("grace").pipe(Options.mapEffect(seconds), Options.optional),
  backend,
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
