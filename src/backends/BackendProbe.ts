import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { spoken } from "../language/Language.js"
import { t } from "../language/Text.js"
import type { Measurement } from "./measure.js"
import { Backend, type BackendName, backendNames } from "./Backend.js"
import { tolerance } from "./Tolerance.js"

/** What became of a backend on this machine. */
export type BackendProbe =
  | { readonly name: BackendName; readonly available: false; readonly why: string }
  | ({ readonly name: BackendName; readonly available: true } & Measurement)

/** Whether the gradients of a backend that could be tried are as they should be. */
export const isRight = (
  examination: Extract<BackendProbe, { readonly available: true }>
): boolean => examination.gradientError <= tolerance

/**
 * Tries every backend, one after the other, about `seconds` each: does it start, is its gradient right,
 * and how fast is it. Leaves another backend the current one than before.
 */
export const probeAll = (seconds: number): Effect.Effect<ReadonlyArray<BackendProbe>> =>
  Effect.forEach(backendNames, (name) =>
    name === "webgpu" && existsSync(program) ? examineAlone(name, seconds) : probe(name, seconds)
  )

/** Tries one backend, about `seconds`, and leaves it the current one. */
export const probe = (name: BackendName, seconds: number): Effect.Effect<BackendProbe> =>
  Effect.gen(function* () {
    yield* Backend
    const { measure } = yield* Effect.promise(() => import("./measure.js"))
    return { name, available: true, ...(yield* measure(seconds)) } as const
  }).pipe(
    Effect.provide(Backend.layer(name)),
    Effect.catchAll(({ detail }) =>
      Effect.succeed({ name, available: false, why: detail } as const)
    )
  )

// There is none where the sources run as they are.
const program = fileURLToPath(new URL("./ProbeProcess.js", import.meta.url))

/** The same in a process of its own: drivers of graphics processors write to standard error as they like. */
const examineAlone = (name: BackendName, seconds: number): Effect.Effect<BackendProbe> =>
  Effect.async<BackendProbe>((resume) => {
    const child = execFile(
      process.execPath,
      [program, name, String(seconds), spoken()],
      (error, out) =>
        resume(
          error === null
            ? Effect.succeed(JSON.parse(out) as BackendProbe)
            : Effect.succeed({ name, available: false, why: error.message.split("\n")[0]! })
        )
    )
    return Effect.sync(() => child.kill())
  })

/** An examination in a line for people. */
export const describe = (examination: BackendProbe): string => {
  if (!examination.available) return t`${examination.name}: not available: ${examination.why}`
  const { name, gradientError, step } = examination
  const verdict = isRight(examination) ? t`gradients right` : t`GRADIENTS WRONG`
  const percent = (gradientError * 100).toFixed(2)
  return t`${name}: ${verdict} (${percent} % off the measured slope), ${step.toFixed(1)} ms a step`
}
