import * as Args from "@effect/cli/Args"
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import { backendNames } from "../backend/Backend.js"
import * as Help from "./Help.js"

const options = {
  pipeline: Args.text({ name: "pipeline" }).pipe(
    Args.withDescription("The pipeline's file, TypeScript or JavaScript")
  ),
  args: Args.text({ name: "args" }).pipe(
    Args.withDescription("What the pipeline itself is to be told, files say; options after --"),
    Args.repeated
  ),
  config: Options.text("config").pipe(
    Options.withPseudoName("path"),
    Options.withDescription("The configuration file"),
    Options.withDefault("config.json")
  ),
  set: Options.text("set").pipe(
    Options.withPseudoName("path=value"),
    Options.withDescription("Sets a field of the configuration"),
    Options.repeated
  ),
  resume: Options.text("resume").pipe(
    Options.withPseudoName("path|latest|best|never|ask"),
    Options.withDescription("What to do about an earlier run"),
    Options.optional
  ),
  allowDatasetChange: Options.boolean("allow-dataset-change").pipe(
    Options.withDescription("Goes on with data or a split other than the checkpoint's")
  ),
  backend: Options.choice("backend", backendNames).pipe(
    Options.withDescription("What computes, by default the fastest there is"),
    Options.withFallbackConfig(Config.literal(...backendNames)("HOLDFAST_BACKEND")),
    Options.optional
  ),
  quiet: Options.boolean("quiet").pipe(Options.withDescription("Shows warnings and results only")),
  json: Options.boolean("json").pipe(Options.withDescription("Prints one JSON object an event"))
}

/** `holdfast run`. */
export const run = Command.make("run", options, (given) =>
  // What computes takes a while to load, which --help need not wait for.
  Effect.flatMap(
    Effect.promise(() => import("./RunPipeline.js")),
    ({ runPipeline }) => runPipeline(given)
  )
).pipe(
  Command.withDescription(
    Help.describe("Runs a pipeline, and goes on from where an earlier run was stopped", [
      ["holdfast run pipelines/speaker.ts", "train; Ctrl+C saves and stops"],
      ["holdfast run pipelines/speaker.ts --resume latest", "go on without being asked"],
      [
        "holdfast run pipelines/speaker.ts --set training.num_epochs=150",
        "change the configuration"
      ],
      ["holdfast run pipelines/identify.ts someone.wav", "arguments for the pipeline"]
    ])
  )
)

/** The names of its options, for finding the one that was meant. */
export const optionNames = [
  "--config",
  "--set",
  "--resume",
  "--allow-dataset-change",
  "--backend",
  "--quiet",
  "--json",
  "--help"
]
