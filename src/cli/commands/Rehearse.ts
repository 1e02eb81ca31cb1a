import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { BackendName } from "../../backends/Backend.js"
import type { SplitName } from "../../data/Dataset.js"
import { encode, stringify } from "../../events/JsonLines.js"
import * as NoticeLogger from "../../events/NoticeLogger.js"
import { Observer } from "../../events/Observer.js"
import * as Holdfast from "../../Holdfast.js"
import { t } from "../../language/Text.js"
import type * as Pipeline from "../../Pipeline.js"
import * as Invocation from "../../process/Invocation.js"
import { Signals } from "../../process/Signals.js"
import * as Rehearsal from "../../rehearsal/index.js"
import { chart } from "../../terminal/Chart.js"
import * as Format from "../../terminal/Format.js"
import { Output } from "../../terminal/Output.js"
import * as QuietObserver from "../../terminal/QuietObserver.js"
import { table } from "../../terminal/Table.js"
import * as TerminalObserver from "../../terminal/TerminalObserver.js"
import { configFor } from "../ConfigFile.js"
import * as PipelineFile from "../PipelineFile.js"

/** What every rehearsal is given on the command line. */
export interface Given {
  readonly pipeline: string
  readonly config: Option.Option<string>
  readonly set: ReadonlyArray<string>
  readonly backend: Option.Option<BackendName>
  readonly json: boolean
  readonly args?: ReadonlyArray<string>
  readonly deterministic?: boolean
}

/** Loads the pipeline, rehearses it with the services of a run, and prints what `show` makes of it. */
export const rehearsed = <A, E>(
  given: Given,
  body: (
    pipeline: Pipeline.Pipeline<unknown, unknown, Holdfast.Services>
  ) => Effect.Effect<A, E, Holdfast.Services>,
  show: ((found: A, columns: number) => string) | null,
  { details = false, isLive = true }: { readonly details?: boolean; readonly isLive?: boolean } = {}
) =>
  Effect.gen(function* () {
    const call = yield* Invocation.Invocation
    const { received } = yield* Signals
    const output = yield* Output
    const setting = {
      command: Invocation.again(call),
      again: Invocation.again(call),
      signal: received,
      details
    }
    const observer =
      given.json && show === null
        ? results
        : given.json || !isLive
          ? QuietObserver.layer(setting)
          : TerminalObserver.layer(setting)
    const pipeline = yield* PipelineFile.load(given.pipeline)
    const services = Holdfast.layer({
      config: Option.isSome(given.config) ? given.config.value : yield* configFor(given.pipeline),
      set: given.set,
      resume: "never",
      log: false,
      deterministic: given.deterministic ?? false,
      observer: Layer.provide(observer, Layer.succeed(Output, output)),
      commandLine: { args: given.args ?? [], command: setting.command },
      ...(Option.isSome(given.backend) && { backend: given.backend.value })
    })
    const found = yield* body(
      // A file cannot tell us the types of its pipeline.
      pipeline as Pipeline.Pipeline<unknown, unknown, Holdfast.Services>
    ).pipe(Effect.provide(NoticeLogger.layer), Effect.provide(services))
    // Without, its events have said it all.
    if (show === null) return
    yield* output.out(`${given.json ? stringify(found) : show(found, yield* output.columns)}\n`)
  })

/** Prints what is measured as lines of JSON, with what metrics show beyond numbers; warnings on standard error. */
const results: Layer.Layer<Observer, never, Output> = Layer.effect(
  Observer,
  Effect.map(Output, ({ err, out }) => {
    let details: Record<string, unknown> = {}
    return {
      emit: (event) =>
        Effect.suspend(() => {
          switch (event._tag) {
            case "MetricDetail":
              details[event.metric] = event.value
              return Effect.void
            case "Evaluated": {
              const shown = { ...event, details }
              details = {}
              return Effect.flatMap(Clock.currentTimeMillis, (now) =>
                out(`${encode(shown, now, null)}\n`)
              )
            }
            case "Notice":
              return event.level === "warning"
                ? err(t`warning: ${event.message}` + "\n")
                : Effect.void
            default:
              return Effect.void
          }
        })
    }
  })
)

/** `holdfast evaluate`. */
export const evaluate = (
  given: Given & {
    readonly checkpoint: Option.Option<string>
    readonly split: SplitName
    readonly watch: boolean
  }
) => {
  const what = Option.getOrElse(given.checkpoint, () => "best")
  const checkpoint = what === "latest" || what === "best" ? what : { path: what }
  const { split, watch } = given
  return rehearsed(
    given,
    (pipeline) => Rehearsal.evaluate(pipeline, { checkpoint, split, watch }),
    null,
    // Those of each checkpoint of a run would hide how its numbers change.
    { details: !watch }
  )
}

/** The numbers that were given. */
const some = <N extends string>(options: Readonly<Record<N, Option.Option<number>>>) =>
  Object.fromEntries(
    Object.entries<Option.Option<number>>(options).flatMap(([name, value]) =>
      Option.isSome(value) ? [[name, value.value]] : []
    )
  ) as { readonly [K in N]?: number }

type Range = Readonly<Record<"from" | "to" | "steps", Option.Option<number>>>

/** A line to type. */
const setting = (given: Given, field: string, value: number) =>
  ["  holdfast", "run", Invocation.quote(given.pipeline), "--set", `${field}=${value}`].join(" ")

export const findLearningRate = (given: Given & Range) =>
  rehearsed(
    given,
    (pipeline) => Rehearsal.findLearningRate(pipeline, some(rangeOf(given))),
    ({ lowest, suggestion, tried }, columns) => {
      const rate = Number(suggestion.toPrecision(2))
      return [
        t`loss by learning rate`,
        chart([{ points: tried.map(({ rate, smoothed }) => [rate, smoothed] as const) }], {
          columns: Math.min(columns, 100),
          x: "logarithmic"
        }),
        t`suggestion: ${rate}, where the loss falls, well below ${Number(lowest.toPrecision(2))}, where it is lowest`,
        setting(given, "training.learning_rate", rate)
      ].join("\n")
    }
  )

export const findBatchSize = (given: Given & Range) =>
  rehearsed(
    given,
    (pipeline) => Rehearsal.findBatchSize(pipeline, some(rangeOf(given))),
    ({ stopped, suggestion, tried }) =>
      [
        table(
          [t`batch size`, t`a step`, t`examples/s`, t`memory`],
          tried.map((one) => [
            Format.count(one.size),
            Format.duration(one.milliseconds / 1000),
            Format.count(one.examplesPerSecond),
            Format.bytes(one.memory)
          ])
        ),
        {
          Largest: t`no larger size was asked for, or there are no more training examples`,
          Memory: t`a larger size would need more memory than there is`,
          Slower: t`larger sizes are slower`
        }[stopped],
        t`suggestion: ${suggestion}, the smallest that is within 5 % of the fastest`,
        setting(given, "training.batch_size", suggestion)
      ].join("\n")
  )

const rangeOf = ({ from, steps, to }: Range): Range => ({ from, to, steps })

/** `holdfast run --overfit N`. */
export const overfit = (given: Given & { readonly batches: number }) =>
  rehearsed(
    given,
    (pipeline) => Rehearsal.overfit(pipeline, { batches: given.batches }),
    ({ batches, first, last, steps }) =>
      t`the loss went from ${Format.number(first, 3)} to ${Format.number(last, 3)} in ${steps} steps on the same ${batches} batches: the model can learn them. Nothing is saved`
  )

/** `holdfast run --dry-run`. */
export const dryRun = (given: Given) =>
  rehearsed(
    given,
    Rehearsal.dryRun,
    ({ checkpoint, epochs, memory, milliseconds, resumedAt, seconds, stepsPerEpoch }) => {
      const { bytes, folder, kept } = checkpoint
      const parts = [
        t`training ${Format.duration(seconds.train)}`,
        ...(milliseconds.validation === null
          ? []
          : [t`validation ${Format.duration(seconds.validation)}`]),
        ...(milliseconds.test === null ? [] : [t`test ${Format.duration(seconds.test)}`])
      ].join(t`, `)
      return [
        resumedAt === null
          ? t`dry run: two steps of everything, saved in a temporary folder; there was nothing to resume`
          : t`dry run: two steps of everything, saved in a temporary folder, and resumed after step ${resumedAt.step}`,
        table(
          ["", t`the run will take`],
          [
            [
              t`steps`,
              t`${Format.count(epochs * stepsPerEpoch)}: ${epochs} epochs of ${Format.count(stepsPerEpoch)}, ${Format.duration((milliseconds.train ?? 0) / 1000)} each`
            ],
            [t`time`, t`about ${Format.duration(seconds.total)} (${parts})`],
            [t`memory`, Format.bytes(memory)],
            [
              t`disk`,
              t`${Format.bytes(kept * bytes)}: at most ${kept} checkpoints of ${Format.bytes(bytes)} in ${folder}`
            ]
          ]
        )
      ].join("\n")
    },
    { isLive: false }
  )
