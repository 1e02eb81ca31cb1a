import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { t } from "../../language/Text.js"
import { backend } from "../BackendOption.js"
import * as Command from "../Command.js"
import { onPlatform } from "../Platform.js"

const grace: Command.Parameter<Option.Option<number>> = {
  ...Command.value(
    "SECONDS",
    t`exit within this many seconds of SIGTERM, even if work is unfinished; default: 25`
  ),
  read: ([given]) =>
    given === undefined
      ? Either.right(Option.none())
      : /^\d+(\.\d+)?$/.test(given) && Number(given) > 0
        ? Either.right(Option.some(Number(given)))
        : Either.left(t`--grace is ${given}; give a number of seconds greater than 0`)
}

/** `holdfast run`. */
export const run = Command.make({
  name: "run",
  summary: t`Run a pipeline, resuming from its latest checkpoint`,
  examples: [
    ["holdfast run pipelines/speaker.ts", t`train; Ctrl+C saves and stops`],
    ["holdfast run pipelines/speaker.ts --resume latest", t`resume without asking`],
    ["holdfast run pipelines/speaker.ts --set training.num_epochs=150", t`change the config`],
    ["holdfast run pipelines/identify.ts someone.wav", t`pass arguments to the pipeline`]
  ],
  arguments: {
    pipeline: Command.argument(t`the pipeline file, TypeScript or JavaScript`),
    args: Command.rest(t`arguments for the pipeline, such as files; put its options after --`)
  },
  options: {
    config: Command.value(
      "PATH",
      t`the config file; default: config.json here, else beside the pipeline or in a folder above it`
    ),
    set: Command.values("PATH=VALUE", t`set a config field; may be repeated`),
    resume: Command.value(
      "WHAT",
      t`latest, best or a path: resume from that checkpoint; never: start from scratch; ask: the default`
    ),
    "allow-dataset-change": Command.flag(t`resume even if the data differs from the checkpoint's`),
    backend,
    grace,
    force: Command.flag(
      t`take over the checkpoint folder at once from a process whose state cannot be checked (other host or container); use only if it is dead. Without this, the lock is taken over 30 seconds after its last renewal`
    ),
    quiet: Command.flag(t`show only warnings and results`),
    json: Command.flag(t`print each event as a line of JSON`)
  },
  signals: [
    ["SIGINT, SIGTERM, SIGHUP", t`save and stop; again, a second later: quit at once`],
    ["SIGUSR1", t`save after the current step, and continue`]
  ],
  notes: t`npx and npm do not forward SIGTERM: start node_modules/.bin/holdfast directly in services and containers.`,
  run: ({ "allow-dataset-change": allowDatasetChange, ...given }) =>
    onPlatform(
      Effect.flatMap(
        Effect.promise(() => import("./RunPipeline.js")),
        ({ runPipeline }) => runPipeline({ ...given, allowDatasetChange })
      )
    )
})
