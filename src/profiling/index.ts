import * as Effect from "effect/Effect"
import type * as Pipeline from "../Pipeline.js"
import { StageTimer } from "../stage/StageTimer.js"
import { Profiling } from "../training/Profiling.js"
import type { Profile } from "./Profile.js"
import { record } from "./record.js"

export {
  toTrace,
  type LayerTotal,
  type Part,
  type Profile,
  type Segment,
  type Total
} from "./Profile.js"

/**
 * The pipeline, timed: by stage, by part of a step (data, forward, loss, backward, metrics, update), and
 * by layer. `done` gets the profile when the pipeline ends, however it ends. Layers are timed where a
 * backend computes when it is called: on WebGPU, which computes later, times are those of the calls.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Holdfast, Profiler, type Pipeline } from "holdfast"
 *
 * declare const pipeline: Pipeline.Pipeline<void>
 *
 * export const timed = Profiler.profiled(pipeline, (profile) =>
 *   Effect.logInfo(JSON.stringify(Profiler.toTrace(profile)))
 * ).run.pipe(Effect.provide(Holdfast.layer({ config: "config.json" })))
 * ```
 */
export const profiled = <Out, E, R, R2>(
  pipeline: Pipeline.Pipeline<Out, E, R>,
  done: (profile: Profile) => Effect.Effect<void, never, R2>
): Pipeline.Pipeline<Out, E, R | R2> => {
  const run = Effect.suspend(() => {
    const { profile, recorder, timer, tracer } = record()
    return pipeline.run.pipe(
      Effect.provideService(Profiling, recorder),
      Effect.provideService(StageTimer, timer),
      Effect.withTracer(tracer),
      Effect.ensuring(Effect.suspend(() => done(profile())))
    )
  })
  return { ...pipeline, run } as unknown as Pipeline.Pipeline<Out, E, R | R2>
}
