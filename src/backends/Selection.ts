import type * as Effect from "effect/Effect"
import { t } from "../language/Text.js"
import { type BackendName, isBackendName } from "./BackendName.js"
import type { BackendError } from "./BackendError.js"

/** How a backend that nobody has requested is exchanged for another. */
export interface Selection {
  /** Those among which a trial chooses, the preferred one first; empty: there is no choice. */
  readonly candidates: ReadonlyArray<string>
  /** Makes a backend the current one. Fails if it is unavailable. */
  readonly use: (name: string, reason: string) => Effect.Effect<void, BackendError>
}

/** What a config says of the backend: one by its name, or "auto". */
export type Configured = BackendName | "auto"

/** Which backend a run is to compute on, where the command does not say. */
export type Decision =
  /** The current one. */
  | { readonly _tag: "Keep" }
  /** This one, or none. */
  | { readonly _tag: "Use"; readonly name: BackendName }
  /** This one, as it has made the checkpoint; the current one if it is unavailable. */
  | { readonly _tag: "Prefer"; readonly name: BackendName }
  /** The faster one. */
  | { readonly _tag: "Trial" }

/**
 * The config decides, else the checkpoint, since only on its backend the run resumes to the bit, else
 * a trial if there is more than one candidate.
 */
export const decide = (given: {
  readonly configured: Configured
  /** The backend that the checkpoint is from; null: the run starts from scratch. */
  readonly saved: string | null
  readonly current: string
  readonly candidates: ReadonlyArray<string>
}): Decision => {
  const { candidates, configured, current, saved } = given
  if (configured !== "auto") return { _tag: "Use", name: configured }
  if (saved !== null) {
    // Where there is a choice, the reason is the checkpoint also if the current one made it.
    return isBackendName(saved) && (saved !== current || candidates.length > 1)
      ? { _tag: "Prefer", name: saved }
      : { _tag: "Keep" }
  }
  return candidates.length > 1 ? { _tag: "Trial" } : { _tag: "Keep" }
}

/** What a trial has found of a backend: milliseconds a step, or why it cannot take one. */
export type Timing = { readonly name: string } & (
  { readonly step: number } | { readonly problem: string }
)

/** What another backend must take at most of the preferred one's time: less is within the noise. */
const margin = 0.9

/**
 * A run of fewer milliseconds is not worth a trial, in which native TensorFlow is loaded and its
 * kernels are warmed up.
 */
const worthTrying = 30_000

/** Whether the other candidates are worth a trial, by a step of the preferred one. */
export const isWorthTrying = (preferred: Timing, steps: number): boolean =>
  !("step" in preferred) || preferred.step * steps >= worthTrying

/** The faster one; the first, which is preferred, unless another is clearly faster. */
export const faster = (timings: ReadonlyArray<Timing>): string => {
  const [first, ...others] = timings
  const best = others.reduce<Timing>(
    (best, one) => (timeOf(one) < (best === first ? margin : 1) * timeOf(best) ? one : best),
    first!
  )
  return best.name
}

const timeOf = (timing: Timing): number => ("step" in timing ? timing.step : Infinity)

/** What a trial has found, the chosen one first: `9.1 ms a step, tensorflow 14.2`. */
export const describe = (timings: ReadonlyArray<Timing>, chosen: string): string =>
  [...timings]
    .sort((a, b) => Number(b.name === chosen) - Number(a.name === chosen))
    .map((one, i) =>
      "problem" in one
        ? t`${one.name} cannot train it: ${one.problem}`
        : i === 0
          ? t`${milliseconds(one.step)} ms a step`
          : `${one.name} ${milliseconds(one.step)}`
    )
    .join(", ")

const milliseconds = (value: number): string => value.toFixed(value < 100 ? 1 : 0)
