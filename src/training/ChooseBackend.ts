import * as Effect from "effect/Effect"
import { Backend } from "../backends/Backend.js"
import * as Determinism from "../backends/Determinism.js"
import { decide } from "../backends/Selection.js"
import type { Event } from "../events/Event.js"
import { emit, type Observer } from "../events/Observer.js"
import { t } from "../language/Text.js"
import type { RunConfig } from "./RunFields.js"

/**
 * Chooses the backend of a run if none was requested: that of its config, or of the checkpoint that it
 * resumes from, whose backend is `saved`. Whether a trial of the network is to decide instead.
 */
export const chooseBackend = Effect.fnUntraced(function* (
  { training }: RunConfig,
  saved: string | null
) {
  const backend = yield* Backend
  const { selection } = backend
  if (selection === undefined) return false
  const { candidates, use } = selection
  const decision = decide({
    configured: training.backend,
    saved,
    current: backend.name,
    candidates
  })
  switch (decision._tag) {
    case "Trial":
      return true
    case "Use":
      yield* use(decision.name, t`as training.backend says`)
      break
    case "Prefer": {
      const kept = use(decision.name, t`the checkpoint is from it`)
      // The run warns that it is no longer exact.
      yield* Effect.catchAll(kept, () => use(backend.name, backend.reason))
      break
    }
  }
  yield* announce
  return false
})

/** Reports the backend of a run that has chosen it; one that was requested, the pipeline reports. */
export const announce: Effect.Effect<void, never, Backend | Observer> = Effect.flatMap(
  Backend,
  (backend) => emit(chosen(backend))
)

/** The event that says on what a run computes, and what that promises. */
export const chosen = ({ name, reason }: Pick<Backend["Type"], "name" | "reason">): Event => ({
  _tag: "BackendChosen",
  backend: name,
  reason,
  determinism: Determinism.of(name) ?? null
})
