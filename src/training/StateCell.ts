import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { t } from "../language/Text.js"
import { register, TypeId, type Run } from "./Run.js"
import { decodeValues, StateError, type Stateful } from "./Stateful.js"

/** A value that is part of the run's checkpoints. */
export interface StateCell<A> extends Stateful {
  readonly get: () => A
  /** Fails if the schema cannot encode the value; the cell keeps the one before. */
  readonly set: (value: A) => Effect.Effect<void, StateError>
}

/**
 * The cell of that name in `run`. The first call makes and registers it: it then starts from the state
 * in the checkpoint resumed from, or from `initial`.
 */
export const cellOf = <A, I>(
  run: Run,
  name: string,
  schema: Schema.Schema<A, I>,
  initial: A
): Effect.Effect<StateCell<A>, StateError> =>
  Effect.gen(function* () {
    const known = run[TypeId].registered.get(name)
    // Only this function registers under a stage's name, so what is there is that stage's cell.
    if (known !== undefined) return known as StateCell<A>
    const cell = yield* make(name, schema, initial)
    yield* register(run, name, cell)
    return cell
  })

const make = <A, I>(name: string, schema: Schema.Schema<A, I>, initial: A) =>
  Effect.gen(function* () {
    const owner = t`the stage ${name}`
    const State = Schema.Struct({ state: schema })
    const encode = (state: A) =>
      Effect.mapError(
        Schema.encode(State)({ state } as typeof State.Type),
        ({ message: detail }) => new StateError({ reason: "Unencodable", owner, detail })
      )
    let value = initial
    // Encoded as it is set, since nothing may go wrong any more when a run is being flushed.
    const first = yield* encode(initial)
    let encoded = first
    const set = (next: A) =>
      Effect.map(encode(next), (state) => {
        value = next
        encoded = state
      })
    const cell: StateCell<A> = {
      get: () => value,
      set,
      stateDict: () => ({ tensors: {}, values: { ...encoded } }),
      loadStateDict: (saved) =>
        Effect.flatMap(decodeValues(owner, State)(saved), ({ state }) => set(state as A)),
      reset: () => {
        value = initial
        encoded = first
      }
    }
    return cell
  })
