import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import os from "node:os"
import { Backend, type BackendName } from "../../backends/Backend.js"
import type { BackendError } from "../../backends/BackendError.js"
import * as BackendProbe from "../../backends/BackendProbe.js"
import { t } from "../../language/Text.js"
import * as Format from "../../terminal/Format.js"
import { stringify } from "../../events/JsonLines.js"
import { Output } from "../../terminal/Output.js"
import { padEnd } from "../../terminal/Table.js"
import { version } from "../Version.js"

/** What a run would compute on, and why; or why it would not start. */
export type Choice = Either.Either<
  { readonly name: BackendName; readonly reason: string },
  BackendError
>

/** The backend that a run would take computes wrong gradients. */
export class DoctorError extends Data.TaggedError("DoctorError")<{
  readonly backend: BackendName
}> {
  override get message(): string {
    return t`runs would compute on ${this.backend}, whose gradients are wrong here; choose another with --backend NAME or HOLDFAST_BACKEND=NAME`
  }
}

/**
 * Prints what there is to compute on, tried out for up to `seconds` each, and what a run would take.
 * Fails if that computes wrong gradients, or cannot be had.
 */
export const examineMachine = Effect.fn("Doctor.examineMachine")(function* (
  options: { readonly backend: Option.Option<BackendName>; readonly json: boolean },
  seconds = 3
) {
  const { out } = yield* Output
  const machine = yield* look
  if (!options.json) yield* out(`${drawMachine(machine)}\n\n`)
  const choice: Choice = yield* Backend.pipe(
    Effect.map(({ name, reason }) => ({ name, reason })),
    Effect.provide(Backend.layer(Option.getOrUndefined(options.backend))),
    Effect.either
  )
  const examinations = yield* BackendProbe.probeAll(seconds)
  yield* out(
    options.json
      ? `${stringify({ ...machine, ...toJson(choice, examinations) })}\n`
      : `${drawBackends(choice, examinations)}\n`
  )
  yield* judge(choice, examinations)
})

/** Whether a run would start, and compute right gradients. */
export const judge = (
  choice: Choice,
  examinations: ReadonlyArray<BackendProbe.BackendProbe>
): Either.Either<void, BackendError | DoctorError> =>
  Either.flatMap(choice, ({ name }) =>
    examinations.some((one) => one.name === name && one.available && !BackendProbe.isRight(one))
      ? Either.left(new DoctorError({ backend: name }))
      : Either.void
  )

/** Versions, processor and memory; sizes in bytes. */
const look = Effect.gen(function* () {
  const tf = yield* Effect.promise(() => import("../../tf.js"))
  return {
    holdfast: version,
    tensorflow_js: tf.version_core,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    system: `${os.type()} ${os.release()}`,
    processor: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memory: { total: os.totalmem(), available: process.availableMemory() }
  }
})

type Machine = Effect.Effect.Success<typeof look>

const drawMachine = (machine: Machine): string => {
  const { available, total } = machine.memory
  const facts = [
    ["holdfast", machine.holdfast],
    ["TensorFlow.js", machine.tensorflow_js],
    ["Node", machine.node],
    [t`platform`, `${machine.platform}, ${machine.system}`],
    [t`processor`, machine.processor],
    [t`cores`, String(machine.cores)],
    [t`memory`, t`${Format.bytes(total)}, of which ${Format.bytes(available)} can be had`]
  ] as const
  return facts.map(([name, fact]) => `${padEnd(name, 13)}  ${fact}`).join("\n")
}

/** What was found out about each backend, and which is chosen. */
export const drawBackends = (
  choice: Choice,
  examinations: ReadonlyArray<BackendProbe.BackendProbe>
): string =>
  [
    ...examinations.map(BackendProbe.describe),
    t`a step: of training a small time-delay network, on 8 examples`,
    "",
    Either.match(choice, {
      // Why, the command ends with.
      onLeft: ({ subject }) => t`no run would start: backend ${subject} cannot be used`,
      onRight: ({ name, reason }) => t`runs compute on ${name}: ${reason}`
    }),
    t`--backend NAME or HOLDFAST_BACKEND=NAME asks for another, which must then be there`
  ].join("\n")

const toJson = (choice: Choice, examinations: ReadonlyArray<BackendProbe.BackendProbe>) => ({
  chosen: Either.match(choice, { onLeft: () => null, onRight: ({ name }) => name }),
  reason: Either.match(choice, {
    onLeft: ({ message }) => message,
    onRight: ({ reason }) => reason
  }),
  backends: examinations.map((one) =>
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
