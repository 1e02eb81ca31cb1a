import type { Tensor } from "../tf.js"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/** The state of something that has memory between steps: tensors, and values that JSON can hold. */
export interface StateDict {
  readonly tensors: Readonly<Record<string, Tensor>>
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * Anything whose memory must survive a stop: an optimizer, a scheduler, a custom stage. Registered
 * with the Run (`Run.register`), it is part of every checkpoint and of every resumption.
 */
export interface Stateful {
  /** The state at this moment. The tensors stay their owner's. */
  readonly stateDict: () => StateDict
  /** Takes over a state given by `stateDict`, copying the tensors. */
  readonly loadStateDict: (state: StateDict) => Effect.Effect<void, StateError>
  /**
   * Forgets all it remembers. Called as a run that has diverged returns to where nothing was
   * remembered yet; without it the memory stays.
   */
  readonly reset?: () => void
  /** Frees its tensors. Called as the run is released, after the last checkpoint. */
  readonly dispose?: () => void
}

/** A state that cannot be saved, or taken over: `owner` names whose, `detail` what is wrong. */
export class StateError extends Schema.TaggedError<StateError>()("StateError", {
  reason: Schema.Literal("Mismatch", "Unencodable"),
  owner: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return this.reason === "Mismatch"
      ? t`the state of ${this.owner} in the checkpoint cannot be restored: ${this.detail}`
      : t`the state of ${this.owner} does not fit its schema, and cannot be saved: ${this.detail}`
  }
}

/** Decodes the values of a state by a schema, or says whose they are and what is wrong. */
export const decodeValues =
  <A, I>(owner: string, schema: Schema.Schema<A, I>) =>
  (state: StateDict): Effect.Effect<A, StateError> =>
    Schema.decodeUnknown(schema)(state.values).pipe(
      Effect.mapError(
        (error) => new StateError({ reason: "Mismatch", owner, detail: error.message })
      )
    )
