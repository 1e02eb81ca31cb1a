import type { Tensor } from "../tf.js"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"

/** The state of something that has memory between steps: tensors, and values that JSON can hold. */
export interface StateDict {
  readonly tensors: Readonly<Record<string, Tensor>>
  readonly values: Readonly<Record<string, unknown>>
}

/** Frees the tensors of a state. */
export const disposeStateDict = ({ tensors }: StateDict): void => {
  for (const tensor of Object.values(tensors)) tensor.dispose()
}

/**
 * Anything whose memory must survive a stop: an optimizer, a scheduler, a custom stage. Registered
 * with the run (`Run.register`), its state is saved in every checkpoint and restored on resume.
 */
export interface Stateful {
  /** The state now. The tensors still belong to their owner. */
  readonly stateDict: () => StateDict
  /** Loads a state that `stateDict` returned. Copies the tensors. */
  readonly loadStateDict: (state: StateDict) => Effect.Effect<void, StateError>
  /**
   * Goes back to its initial state. Called when a run that has diverged goes back to a checkpoint that
   * has no state of this part; without `reset` the state stays.
   */
  readonly reset?: () => void
  /** Frees its tensors. Called when the run is released, after the last checkpoint. */
  readonly dispose?: () => void
}

/** A state that cannot be saved or loaded: `owner` names whose, `detail` what is wrong. */
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

/** Decodes the values of a state by a schema; the error names their owner and what is wrong. */
export const decodeValues =
  <A, I>(owner: string, schema: Schema.Schema<A, I>) =>
  (state: StateDict): Effect.Effect<A, StateError> =>
    Schema.decodeUnknown(schema)(state.values).pipe(
      Effect.mapError(
        (error) => new StateError({ reason: "Mismatch", owner, detail: error.message })
      )
    )
