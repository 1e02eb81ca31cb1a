import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { register, type Run } from "./Run.js"
import { decodeValues, type StateError, type Stateful } from "./Stateful.js"

/** A value that is part of the run's checkpoints. */
export interface StateCell<A> extends Stateful {
  readonly get: () => A
  readonly set: (value: A) => void
}

/**
 * The cell of that name in `run`. The first time it is asked for, it is made and registered: it then
 * holds what the checkpoint gone on from holds, else `initial`.
 */
export const cellOf = <A, I>(
  run: Run,
  name: string,
  schema: Schema.Schema<A, I>,
  initial: A
): Effect.Effect<StateCell<A>, StateError> =>
  Effect.gen(function* () {
    const known = run.stateful.get(name)
    // Only this function registers under a stage's name, so what is there is that stage's cell.
    if (known !== undefined) return known as StateCell<A>
    const cell = make(name, schema, initial)
    yield* register(run, name, cell)
    return cell
  })

const make = <A, I>(name: string, schema: Schema.Schema<A, I>, initial: A): StateCell<A> => {
  const State = Schema.Struct({ state: schema })
  let value = initial
  return {
    get: () => value,
    set: (next) => {
      value = next
    },
    stateDict: () => ({ tensors: {}, values: { ...Schema.encodeSync(State)({ state: value }) } }),
    loadStateDict: (saved) =>
      Effect.map(decodeValues(`the stage ${name}`, State)(saved), ({ state }) => {
        value = state
      })
  }
}
