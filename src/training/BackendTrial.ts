import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { Backend } from "../backends/Backend.js"
import type { BackendError } from "../backends/BackendError.js"
import { DeterminismRequired } from "../backends/Determinism.js"
import { describe, faster, isWorthTrying, type Timing } from "../backends/Selection.js"
import * as TrialCache from "../backends/TrialCache.js"
import { fetch } from "../data/Dataset.js"
import { batchAt, sequential, stepsFrom } from "../data/Order.js"
import type { Observer } from "../events/Observer.js"
import { yieldToEventLoop } from "../io/EventLoop.js"
import { english, t } from "../language/Text.js"
import { architectureOf } from "./Architecture.js"
import { acquireModels } from "./BuildModel.js"
import { buildRun, type RunInput } from "./BuildRun.js"
import { nowhere } from "./Checkpointer.js"
import { announce } from "./ChooseBackend.js"
import { identityOf, modelInput } from "./DatasetIdentity.js"
import { partsOf } from "./ModelParts.js"
import * as Progress from "./Progress.js"
import * as Random from "./Random.js"
import type { RunConfig } from "./RunFields.js"
import type { RunParts } from "./RunParts.js"
import * as TrainState from "./TrainState.js"
import * as TrainStep from "./TrainStep.js"
import { sizeOf } from "./Weights.js"

/**
 * Has a run that starts from scratch compute on the backend that is faster for its network: as an
 * earlier trial on this machine has found, or one now, of ten steps on each candidate. A trial trains
 * models of its own, built from the same seed and thrown away: it draws, moves and changes nothing of
 * the run.
 */
export const chooseByTrial = <C extends RunConfig, E, R>(
  parts: RunParts<C, E, R>,
  input: RunInput<C>
): Effect.Effect<void, BackendError, Backend | Observer | R> =>
  Effect.gen(function* () {
    const { selection } = yield* Backend
    const { candidates, use } = selection!
    const choose = (name: string, reason: string) => Effect.zipRight(use(name, reason), announce)
    const [preferred, ...others] = candidates as [string, ...Array<string>]
    yield* use(preferred, "")

    const network = yield* outcome(describeNetwork(parts, input))
    const key = Exit.isSuccess(network) ? TrialCache.keyOf(network.value.facts) : null
    const known = key === null ? Option.none() : yield* TrialCache.read(key)
    if (Option.isSome(known)) {
      const { chosen, measured_at, timings } = known.value
      const date = measured_at.slice(0, 10)
      return yield* choose(chosen, t`${describe(timings, chosen)}; measured on ${date}`)
    }

    const first = yield* timingOf(preferred, parts, input)
    if (!isWorthTrying(first, stepsOf(input))) {
      const found = describe([first], preferred)
      const untried = others.join(", ")
      return yield* choose(preferred, t`${found}; the run is too short to try ${untried}`)
    }
    const timings: [Timing, ...Array<Timing>] = [first]
    for (const name of others) {
      const problem = yield* Effect.match(use(name, ""), {
        onSuccess: () => null,
        onFailure: ({ detail }) => detail
      })
      timings.push(problem === null ? yield* timingOf(name, parts, input) : { name, problem })
    }
    const chosen = faster(timings)
    // What fails today, as for want of memory, may not tomorrow.
    if (Exit.isSuccess(network) && timings.every((timing) => "step" in timing)) {
      const measured_at = new Date().toISOString()
      const { subject } = network.value
      yield* TrialCache.write(key!, { subject, chosen, timings, measured_at })
    }
    yield* choose(chosen, describe(timings, chosen))
  })

const stepsOf = ({ config: { training }, dataset }: RunInput<RunConfig>): number =>
  training.num_epochs * stepsFrom(0, dataset.train.size, training)

/** What decides how long a step takes: layers, shapes and optimizer; and the network for people. */
const describeNetwork = <C extends RunConfig, E, R>(
  { model }: RunParts<C, E, R>,
  { config, dataset }: RunInput<C>
) =>
  Effect.gen(function* () {
    const { batch_size, optimizer, seed } = config.training
    const deterministic = yield* DeterminismRequired
    const given = modelInput(config, identityOf(dataset))
    const models = yield* acquireModels(model, Random.make(seed), given)
    const parameters = sizeOf(partsOf({ models }).weights)
    return {
      facts: {
        batch_size,
        deterministic,
        optimizer: optimizer.name,
        models: architectureOf(models)
      },
      subject: english`${dataset.name}: ${parameters} parameters, batches of ${batch_size}`
    }
  }).pipe(Effect.scoped)

/** Steps before those that count: kernels are compiled in the first. */
const warmUp = 2
const counted = 10
/** Milliseconds after which no further step begins, once one has been counted. */
const patience = 2000

/** How long a step on the current backend takes: the shortest, which other work has disturbed least. */
const timingOf = <C extends RunConfig, E, R>(
  name: string,
  parts: RunParts<C, E, R>,
  input: RunInput<C>
): Effect.Effect<Timing, never, Backend | R> =>
  Effect.gen(function* () {
    const { dataset } = input
    const { batch_size, seed } = input.config.training
    const state = TrainState.initial(seed, "trial")
    const run = yield* buildRun(parts, input, state, nowhere)
    const indices = batchAt(sequential(Math.min(dataset.train.size, batch_size)), 0, batch_size)
    const rng = Random.generator(run.random, "augment", 0, 0)
    const batch = yield* fetch(dataset, "train", indices, rng)
    const taken: Array<number> = []
    const begun = performance.now()
    for (let step = 0; step < warmUp + counted; step++) {
      if (taken.length > 0 && performance.now() - begun > patience) break
      const position = { ...Progress.initial, step, globalStep: step }
      const started = performance.now()
      yield* Effect.uninterruptible(TrainStep.phases(TrainStep.inputOf(run, batch, position)))
      if (step >= warmUp || performance.now() - begun > patience) {
        taken.push(performance.now() - started)
      }
      yield* yieldToEventLoop
    }
    return { name, step: Math.min(...taken) }
  }).pipe(
    Effect.scoped,
    outcome,
    Effect.map((exit) =>
      Exit.isSuccess(exit) ? exit.value : { name, problem: problemOf(exit.cause) }
    )
  )

/** How an effect ends, unless it is interrupted. What a candidate cannot do must not end the run. */
const outcome = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<Exit.Exit<A, E>, never, R> =>
  Effect.flatMap(Effect.exit(effect), (exit) =>
    Exit.isFailure(exit) && Cause.isInterrupted(exit.cause)
      ? Effect.failCause(exit.cause as Cause.Cause<never>)
      : Effect.succeed(exit)
  )

const problemOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!
}
