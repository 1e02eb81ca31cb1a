import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import os from "node:os"
import { Backend, type BackendName } from "../../backends/Backend.js"
import type { BackendError } from "../../backends/BackendError.js"
import * as BackendProbe from "../../backends/BackendProbe.js"
import * as Selection from "../../backends/Selection.js"
import { stringify } from "../../events/JsonLines.js"
import { stored, t } from "../../language/Text.js"
import * as Format from "../../terminal/Format.js"
import { Output } from "../../terminal/Output.js"
import { padEnd } from "../../terminal/Table.js"
import { backend } from "../BackendOption.js"
import * as Command from "../Command.js"
import { onCheckpoints } from "../Platform.js"
import * as Cores from "../../io/Cores.js"
import { version } from "../../io/Version.js"

/** `holdfast doctor`. */
export const doctor = Command.make({
  name: "doctor",
  summary: t`Check the available backends: correctness of gradients, and speed`,
  examples: [
    ["holdfast doctor", t`check every backend, and show which one runs would use`],
    ["holdfast doctor --backend tensorflow", t`check that this backend is available`],
    [
      "holdfast doctor --storage s3://my-bucket/runs",
      t`check a bucket for checkpoints, and its credentials`
    ]
  ],
  arguments: {},
  options: {
    backend,
    storage: Command.value(
      "FOLDER",
      t`also check a folder or bucket for checkpoints: what is written there is removed again`
    ),
    json: Command.flag(t`print the result as JSON`)
  },
  notes: t`The check takes up to ten seconds. The exit code is 1 if the backend that runs would use is unavailable or computes wrong gradients, or the storage cannot keep checkpoints.`,
  run: (given) => onCheckpoints(checkMachine(given))
})

/** The backend that a run would use, and why; or why a run would not start. */
export type Choice = Either.Either<{ readonly name: string; readonly reason: string }, BackendError>

/** The backend that a run would use computes wrong gradients. */
export class DoctorError extends Data.TaggedError("DoctorError")<{
  readonly backend: string
}> {
  override get message(): string {
    return t`runs would use the backend ${this.backend}, whose gradients are wrong on this machine; choose another with --backend NAME or HOLDFAST_BACKEND=NAME`
  }
}

/**
 * Prints the machine, the result of trying each backend for up to `seconds`, and which one runs
 * would use. Fails if that one is unavailable or computes wrong gradients.
 */
export const checkMachine = Effect.fn("Doctor.checkMachine")(function* (
  options: {
    readonly backend: Option.Option<BackendName>
    readonly storage?: Option.Option<string>
    readonly json: boolean
  },
  seconds = 3
) {
  const { out } = yield* Output
  const machine = yield* describeMachine
  if (!options.json) yield* out(`${drawMachine(machine)}\n\n`)
  const choice: Choice = yield* Backend.pipe(
    Effect.map(({ name, reason }) => ({ name, reason })),
    Effect.provide(Backend.layer(Option.getOrUndefined(options.backend))),
    Effect.either
  )
  const probes = yield* BackendProbe.probeAll(seconds)
  const native = yield* describeNative
  const storage = yield* checkStorage(Option.getOrNull(options.storage ?? Option.none()))
  yield* out(
    options.json
      ? `${stringify({ ...machine, ...toJson(choice, probes), ...native.json, ...storage.json })}\n`
      : `${[drawBackends(choice, probes), ...native.lines, ...storage.lines].join("\n")}\n`
  )
  yield* diagnose(choice, probes)
  yield* storage.found
})

/** What a folder or bucket for checkpoints can do, and whether that is enough. */
const checkStorage = Effect.fnUntraced(function* (folder: string | null) {
  if (folder === null) return { json: {}, lines: [], found: Either.void }
  const { probe } = yield* Effect.promise(() => import("../../checkpointing/store/probe.js"))
  const found = yield* Effect.either(probe(folder))
  return Either.match(found, {
    onLeft: ({ message }) => ({
      json: { storage: { folder, works: false, problem: message } },
      lines: ["", t`storage ${folder} cannot keep checkpoints: ${message}`],
      found
    }),
    onRight: ({ roundTrip, speed }) => ({
      json: {
        storage: {
          folder,
          works: true,
          problem: null,
          round_trip_milliseconds: roundTrip,
          bytes_per_second: speed
        }
      },
      lines: [
        "",
        t`storage ${folder}: reads, writes, and gives its lock to one of two; ${Format.number(roundTrip)} ms a read, ${Format.bytes(speed)}/s written`
      ],
      found
    })
  })
})

/** Fails if a run would not start, or would compute wrong gradients. */
export const diagnose = (
  choice: Choice,
  probes: ReadonlyArray<BackendProbe.BackendProbe>
): Either.Either<void, BackendError | DoctorError> =>
  Either.flatMap(choice, ({ name }) =>
    probes.some((one) => one.name === name && one.available && !BackendProbe.isRight(one))
      ? Either.left(new DoctorError({ backend: name }))
      : Either.void
  )

/** The newest trials of networks that are shown. */
const shownTrials = 5

/** What trials have found of native TensorFlow on this machine, and what its GPUs lack. */
const describeNative = Effect.gen(function* () {
  const [Native, Cuda, TrialCache] = yield* Effect.promise(() =>
    Promise.all([
      import("../../backends/Native.js"),
      import("../../backends/tensorflow/Cuda.js"),
      import("../../backends/TrialCache.js")
    ])
  )
  const trials = yield* TrialCache.all()
  const installed = Native.installed()
  const found =
    installed === null || process.platform !== "linux" ? null : Cuda.inspect(installed.folder)
  // One that computes on the processor, where there is no driver either, lacks nothing.
  const cuda = found !== null && (found.driver || installed?.name.endsWith("gpu")) ? found : null
  return {
    json: { trials, cuda },
    lines: [
      ...(trials.length === 0 ? [] : ["", t`trials of networks on this machine, newest first:`]),
      ...trials
        .slice(0, shownTrials)
        .map(
          ({ chosen, subject, timings }) =>
            `  ${stored(subject)}: ${chosen}, ${Selection.describe(timings, chosen)}`
        ),
      ...(cuda === null ? [] : ["", ...Cuda.describe(cuda)])
    ]
  }
})

/** Versions, processor and memory; sizes in bytes. */
const describeMachine = Effect.gen(function* () {
  const tf = yield* Effect.promise(() => import("../../tf.js"))
  return {
    holdfast: version,
    tensorflow_js: tf.version_core,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    system: `${os.type()} ${os.release()}`,
    processor: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: Cores.available(),
    memory: { total: os.totalmem(), available: process.availableMemory() }
  }
})

type Machine = Effect.Effect.Success<typeof describeMachine>

const drawMachine = (machine: Machine): string => {
  const { available, total } = machine.memory
  const facts = [
    ["holdfast", machine.holdfast],
    ["TensorFlow.js", machine.tensorflow_js],
    ["Node", machine.node],
    [t`platform`, `${machine.platform}, ${machine.system}`],
    [t`processor`, machine.processor],
    [t`cores`, String(machine.cores)],
    [t`memory`, t`${Format.bytes(total)}, ${Format.bytes(available)} available`]
  ] as const
  return facts.map(([name, fact]) => `${padEnd(name, 13)}  ${fact}`).join("\n")
}

/** The result for each backend, and which one runs would use. */
export const drawBackends = (
  choice: Choice,
  probes: ReadonlyArray<BackendProbe.BackendProbe>
): string =>
  [
    ...probes.map(BackendProbe.describe),
    t`step: training a small time-delay network on 8 examples`,
    "",
    Either.match(choice, {
      // The error at the end of the command says why.
      onLeft: ({ subject }) => t`runs would not start: backend ${subject} is unavailable`,
      onRight: ({ name, reason }) => t`runs use the backend ${name}: ${reason}`
    }),
    t`--backend NAME or HOLDFAST_BACKEND=NAME requests that backend, and fails if it is unavailable`
  ].join("\n")

const toJson = (choice: Choice, probes: ReadonlyArray<BackendProbe.BackendProbe>) => ({
  chosen: Either.match(choice, { onLeft: () => null, onRight: ({ name }) => name }),
  reason: Either.match(choice, {
    onLeft: ({ message }) => message,
    onRight: ({ reason }) => reason
  }),
  backends: probes.map((one) =>
    one.available
      ? {
          name: one.name,
          available: true,
          problem: null,
          gradients_right: BackendProbe.isRight(one),
          gradient_error: one.gradientError,
          step_milliseconds: one.step
        }
      : {
          name: one.name,
          available: false,
          problem: one.why,
          gradients_right: null,
          gradient_error: null,
          step_milliseconds: null
        }
  )
})
