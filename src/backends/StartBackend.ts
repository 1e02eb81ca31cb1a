import * as Effect from "effect/Effect"
import { t } from "../language/Text.js"
import * as tf from "../tf.js"
import type { BackendName } from "./BackendName.js"
import type { CustomBackend } from "./CustomBackend.js"
import { BackendError } from "./BackendError.js"
import * as Cpu from "./cpu/Cpu.js"
import * as Determinism from "./Determinism.js"
import * as Native from "./Native.js"
import type { BackendUnavailable } from "./BackendUnavailable.js"
import * as Readback from "./Readback.js"
import * as Patches from "./tfjs/Patches.js"
import * as Wasm from "./Wasm.js"
import * as WebGpu from "./WebGpu.js"

/** Makes each backend the one that TensorFlow.js runs on; gives the device if it has a name. */
export type Starters = Readonly<
  Record<BackendName, Effect.Effect<string | void, BackendUnavailable>>
>

/**
 * Backends chosen by default, in order. First the one whose bits are the same on every machine, which
 * is also the faster one for small networks; a training run compares it with native TensorFlow.
 */
const candidates: ReadonlyArray<BackendName> = ["wasm", "tensorflow", "cpu"]

/** A backend that is ready, and why it is this one. */
export interface Started {
  readonly name: BackendName
  readonly reason: string
}

/**
 * Starts the requested backend, or fails: it never falls back to another. Without a request, starts
 * the first candidate that is available, and reports why the ones before it are not. `withoutNative`
 * is why native TensorFlow cannot be loaded, or null.
 */
export const startWith = (
  starters: Starters,
  choice: BackendName | undefined,
  withoutNative: string | null
): Effect.Effect<Started, BackendError> => {
  if (choice !== undefined) {
    return starters[choice].pipe(
      Effect.map((device) => ({
        name: choice,
        reason: device ? t`requested; it runs on ${device}` : t`requested`
      })),
      Effect.mapError((cause) => unavailable(choice, cause.message))
    )
  }
  const from = (index: number, reasons: ReadonlyArray<string>): ReturnType<typeof startWith> => {
    const name = candidates[index]
    if (name === undefined) return Effect.fail(unavailable("any", reasons.join(t`; `)))
    const first =
      withoutNative ?? t`the fastest for small networks; training tries native TensorFlow as well`
    const reason = reasons.length === 0 ? first : reasons.join(t`; `)
    return starters[name].pipe(
      Effect.as({ name, reason }),
      Effect.catchAll((cause) => from(index + 1, [...reasons, cause.why]))
    )
  }
  return from(0, [])
}

/** `startWith` for the backends of this machine. */
export const start = (choice?: BackendName): Effect.Effect<Started, BackendError> =>
  startWith(
    { tensorflow: Native.start(), webgpu: WebGpu.start(), wasm: Wasm.start, cpu: Cpu.start },
    choice,
    Native.whyNotInstalled()
  )

/**
 * Those among which a trial of a training run chooses when `current` was started without a request:
 * native TensorFlow as well, if it is installed. It is loaded only for the trial.
 */
export const candidatesFor = (current: string): ReadonlyArray<BackendName> =>
  current === "wasm" && Native.installed() !== null ? ["wasm", "tensorflow"] : []

/** Starts a custom backend, which `start` registers with TensorFlow.js. */
export const startCustom = Effect.fn("startCustom")(function* <E, R>(
  name: string,
  { determinism, read, reason = t`the pipeline brings it`, start }: CustomBackend<E, R>
) {
  yield* start
  const ready = yield* Effect.orElseSucceed(
    Effect.tryPromise(() => tf.setBackend(name)),
    () => false
  )
  if (!ready) {
    return yield* unavailable(name, t`its start registers no backend of this name that can be used`)
  }
  yield* Effect.mapError(Patches.install(name), ({ message }) => unavailable(name, message))
  if (read !== undefined) Readback.readWith(name, read)
  if (determinism !== undefined) Determinism.declare(name, determinism)
  return { name, reason }
})

const unavailable = (subject: string, detail: string) =>
  new BackendError({ reason: "Unavailable", subject, detail })
