import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { t } from "../../language/Text.js"
import * as Command from "../Command.js"
import * as PipelineOptions from "../PipelineOptions.js"
import { UsageError } from "../UsageError.js"
import { onPlatform } from "../Platform.js"
import { Signals } from "../../process/Signals.js"

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

const workers: Command.Parameter<Option.Option<number | "auto">> = {
  ...Command.value(
    "N|auto",
    t`compute the steps in N worker threads, which leaves the main thread free; auto: as many as there are shards and cores, where they are faster. See training.shards`
  ),
  read: ([given]) =>
    given === undefined
      ? Either.right(Option.none())
      : given === "auto"
        ? Either.right(Option.some(given))
        : /^[0-9]+$/.test(given) && Number(given) <= 64
          ? Either.right(Option.some(Number(given)))
          : Either.left(t`--workers is ${given}; give a number of threads up to 64, or auto`)
}

/** The same option, which must not be given an empty text. */
const someText = <A>(name: string, option: Command.Parameter<A>): Command.Parameter<A> => ({
  ...option,
  read: (given, environment) =>
    given.some((text) => text.trim() === "")
      ? Either.left(t`--${name} is empty; give a word or leave it out`)
      : option.read(given, environment)
})

/** `holdfast run`. */
export const run = Command.make({
  name: "run",
  summary: t`Run a pipeline, resuming from its latest checkpoint`,
  examples: [
    ["holdfast run pipelines/speaker.ts", t`train; Ctrl+C saves and stops`],
    ["holdfast run pipelines/speaker.ts --resume latest", t`resume without asking`],
    ["holdfast run pipelines/speaker.ts --set training.num_epochs=150", t`change the config`],
    [
      "holdfast run pipelines/speaker.ts --dry-run",
      t`try two steps of everything, and estimate the run`
    ],
    ["holdfast run pipelines/speaker.ts --overfit 1", t`see whether the model can learn one batch`],
    [
      "holdfast run pipelines/speaker.ts --tensorboard",
      t`then look at it: tensorboard --logdir checkpoints`
    ],
    [
      'holdfast run pipelines/speaker.ts --name baseline --tag adam --tag "lr 1e-3"',
      t`give the run a name and tags, by which lists and curves show it`
    ],
    [
      "holdfast run pipelines/speaker.ts --until-epoch 5",
      t`train 5 epochs and save; without the option, the same run resumes later`
    ],
    ["holdfast run pipelines/speaker.ts --profile", t`see where the time goes`],
    [
      "holdfast run pipelines/speaker.ts --set training.shards=2 --workers 2",
      t`train on two cores; the bits are those of one`
    ]
  ],
  arguments: {
    pipeline: PipelineOptions.pipeline,
    args: Command.rest(t`arguments for the pipeline, such as files; put its options after --`)
  },
  options: {
    config: PipelineOptions.options.config,
    set: PipelineOptions.options.set,
    resume: Command.value(
      "WHAT",
      t`latest, best or a path: resume from that checkpoint; auto: from the latest, if there is one; never: start from scratch; ask: the default`
    ),
    "until-epoch": PipelineOptions.number(
      "until-epoch",
      "N",
      t`end after epoch N: save, and exit with 0; the config, and so the schedule, stays that of the full run, which resumes exactly`
    ),
    "allow-dataset-change": Command.flag(t`resume even if the data differs from the checkpoint's`),
    backend: PipelineOptions.options.backend,
    deterministic: Command.flag(
      t`compute the same bits whatever the number of cores, and on GPUs, which takes longer; wasm always does`
    ),
    "dry-run": Command.flag(
      t`run two steps of everything, saving and resuming included, in a temporary folder; then say what the run will take: steps, time, memory, disk`
    ),
    overfit: PipelineOptions.number(
      "overfit",
      "N",
      t`train on the same N batches in memory, and report whether the loss gets near zero; exit code 1 if not`
    ),
    profile: Command.flag(
      t`time the run by stage, by part of a step and by layer; shows a table at the end, and writes a flame chart to profile.json in the checkpoint folder`
    ),
    workers,
    tensorboard: Command.flag(
      t`write event files for TensorBoard into the checkpoint folder, as "training.observers": ["tensorboard"] does`
    ),
    otel: Command.flag(
      t`send a trace of stages, epochs and saves to the collector of OTEL_EXPORTER_OTLP_ENDPOINT, by default http://localhost:4318; needs the package @effect/opentelemetry`
    ),
    name: someText(
      "name",
      Command.value(
        "NAME",
        t`what to call the run in lists and curves; kept when it is resumed without one`
      )
    ),
    tag: someText("tag", Command.values("TAG", t`a word to find the run by; may be repeated`)),
    notes: Command.value("TEXT", t`a note about the run, such as what it is to show`),
    grace,
    requeue: Command.flag(
      t`exit with 75 instead of 143 when SIGTERM stops the run, so that a scheduler which goes by the exit code starts it again`
    ),
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
  run: ({
    "allow-dataset-change": allowDatasetChange,
    "dry-run": isDryRun,
    grace,
    overfit,
    requeue,
    "until-epoch": untilEpoch,
    ...given
  }) =>
    Effect.gen(function* () {
      const signals = yield* Signals
      if (Option.isSome(grace)) yield* signals.setGrace(grace.value)
      if (requeue) yield* signals.requeue
      if (given.profile && (isDryRun || Option.isSome(overfit))) {
        return yield* usage(t`--profile is for a real run; leave out --dry-run and --overfit`)
      }
      const isRehearsal = isDryRun || Option.isSome(overfit)
      if (
        isRehearsal &&
        (Option.isSome(given.name) || Option.isSome(given.notes) || given.tag.length > 0)
      ) {
        return yield* usage(
          t`--name, --tag and --notes are for a real run, which has a log; leave out --dry-run and --overfit`
        )
      }
      if ((isRehearsal || given.profile) && Option.isSome(given.workers)) {
        return yield* usage(
          t`--workers is for a real run, whose time --profile cannot see in other threads; leave out --dry-run, --overfit and --profile`
        )
      }
      if (isDryRun && Option.isSome(overfit)) {
        return yield* usage(t`--dry-run and --overfit do not go together; give one of them`)
      }
      if (isRehearsal && Option.isSome(given.resume)) {
        return yield* usage(
          t`--resume has no meaning for --dry-run and --overfit, which start from scratch; leave it out`
        )
      }
      if (isRehearsal && (given.tensorboard || given.otel)) {
        return yield* usage(
          t`--tensorboard and --otel are for a real run; leave out --dry-run and --overfit`
        )
      }
      if (isRehearsal && Option.isSome(untilEpoch)) {
        return yield* usage(
          t`--until-epoch is for a real run, which resumes later; leave out --dry-run and --overfit`
        )
      }
      if (!isRehearsal) {
        const { runPipeline } = yield* Effect.promise(() => import("./RunPipeline.js"))
        return yield* runPipeline({ ...given, allowDatasetChange, untilEpoch })
      }
      const rehearse = yield* Effect.promise(() => import("./Rehearse.js"))
      yield* Option.isSome(overfit)
        ? rehearse.overfit({ ...given, batches: overfit.value })
        : rehearse.dryRun(given)
    }).pipe(onPlatform)
})

const usage = (found: string) =>
  new UsageError({ reason: "Invalid", found, nearest: null, help: "holdfast run --help" })
