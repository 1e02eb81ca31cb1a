import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Choice from "../config/Choice.js"
import { Observer } from "../events/Observer.js"
import * as NodePlatform from "../io/NodePlatform.js"
import { RunObservers } from "../training/RunObservers.js"
import type { Run } from "../training/Run.js"
import { builtIn } from "./BuiltIn.js"
import { TrackingError } from "./TrackingError.js"

/** The built-in observers that a run has beside those of its config: what `--tensorboard` asks for. */
export class RequestedObservers extends Context.Reference<RequestedObservers>()(
  "holdfast/RequestedObservers",
  { defaultValue: (): ReadonlyArray<(typeof builtIn)[number]["name"]> => [] }
) {}

/**
 * Starts the observers that the config of a run names, and those that are requested. They see the events of
 * the pipeline until the scope closes.
 */
export const startObservers = (run: Run): Effect.Effect<void, TrackingError, Scope.Scope> =>
  Effect.gen(function* () {
    const observers = yield* RunObservers
    // A config that was not made by `Config.make` may lack the field.
    const named = run.config.training.observers ?? []
    const requested = (yield* RequestedObservers).filter(
      (name) => !named.some((one) => one.name === name)
    )
    if (observers === null || named.length + requested.length === 0) return
    const layers = [
      ...named.map((config) => [config.name, Choice.made(config, builtIn)(run)] as const),
      ...requested.map(
        (name) => [name, builtIn.find((one) => one.name === name)!.make()(run)] as const
      )
    ].map(([name, layer]) =>
      Layer.mapError(layer, (error) =>
        error instanceof TrackingError
          ? error
          : new TrackingError({
              reason: "NotStarted",
              tool: name,
              detail: Predicate.hasProperty(error, "message")
                ? String(error.message)
                : String(error)
            })
      ).pipe(Layer.provide(NodePlatform.layer))
    )
    const context = yield* Layer.build(Observer.all(...layers))
    yield* observers.attach(Context.get(context, Observer))
  })
