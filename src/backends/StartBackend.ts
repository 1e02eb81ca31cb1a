import * as Effect from "effect/Effect"
import { t } from "../language/Text.js"
import type { BackendName } from "./Backend.js"
import { BackendError } from "./BackendError.js"
import * as Cpu from "./cpu/Cpu.js"
import * as Native from "./Native.js"
import type { BackendUnavailable } from "./BackendUnavailable.js"
import * as Wasm from "./Wasm.js"
import * as WebGpu from "./WebGpu.js"

/** What makes each backend the one that TensorFlow.js runs on; it may say on what device. */
export type Starters = Readonly<
  Record<BackendName, Effect.Effect<string | void, BackendUnavailable>>
>

/** Those that are chosen without being asked for, fastest first. */
const candidates: ReadonlyArray<BackendName> = ["tensorflow", "wasm", "cpu"]

/** A backend that is ready, and why it is this one. */
export interface Started {
  readonly name: BackendName
  readonly reason: string
}

/**
 * Starts the backend asked for, and no other in its place; without a choice, the first of
 * the candidates that can be had, for the reason that the ones before it cannot.
 */
export const startWith = (
  starters: Starters,
  choice?: BackendName
): Effect.Effect<Started, BackendError> => {
  if (choice !== undefined) {
    return starters[choice].pipe(
      Effect.map((device) => ({
        name: choice,
        reason: device ? t`it was asked for; it runs on ${device}` : t`it was asked for`
      })),
      Effect.mapError((obstacle) => unavailable(choice, obstacle.message))
    )
  }
  const from = (index: number, obstacles: ReadonlyArray<string>): ReturnType<typeof startWith> => {
    const name = candidates[index]
    if (name === undefined) return Effect.fail(unavailable("any", obstacles.join(t`; `)))
    const reason =
      obstacles.length === 0 ? t`the native package is installed` : obstacles.join(t`; `)
    return starters[name].pipe(
      Effect.as({ name, reason }),
      Effect.catchAll((obstacle) => from(index + 1, [...obstacles, obstacle.why]))
    )
  }
  return from(0, [])
}

/** `startWith` for the backends of this machine. */
export const start = (choice?: BackendName): Effect.Effect<Started, BackendError> =>
  startWith(
    { tensorflow: Native.start(), webgpu: WebGpu.start(), wasm: Wasm.start, cpu: Cpu.start },
    choice
  )

const unavailable = (subject: string, detail: string) =>
  new BackendError({ reason: "Unavailable", subject, detail })
