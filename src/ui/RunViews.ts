import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type * as Api from "./Api.js"
import type { ApiFailure } from "./ApiFailure.js"

/** The curves that a page asks for. */
export interface SeriesQuery {
  readonly ids: ReadonlyArray<string>
  readonly metrics: ReadonlyArray<string>
  readonly x: Api.XAxis
  /** The most points of each. */
  readonly points: number
  /** The part of the x axis; all of it where a bound is missing. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** An example of a split, by its number in it. */
export interface ExampleQuery {
  readonly id: string
  readonly split: string
  readonly index: number
}

/** What the server's routes answer with: the runs of a folder, as pages see them. */
export class RunViews extends Context.Tag("holdfast/ui/RunViews")<
  RunViews,
  {
    readonly list: Effect.Effect<Omit<Api.RunList, "canAct" | "version">, ApiFailure>
    /** The same at once: without the runs that are not read yet, where there are many. */
    readonly listSoon: Effect.Effect<Omit<Api.RunList, "canAct" | "version">, ApiFailure>
    readonly run: (id: string) => Effect.Effect<Api.RunDetail, ApiFailure>
    readonly sweep: (id: string) => Effect.Effect<Api.SweepDetail, ApiFailure>
    readonly metrics: (ids: ReadonlyArray<string>) => Effect.Effect<Api.MetricList, ApiFailure>
    readonly series: (query: SeriesQuery) => Effect.Effect<Api.SeriesList, ApiFailure>
    /** What changes from now on. Ends never. */
    readonly live: Stream.Stream<Api.LiveEvent>
    readonly examples: (
      id: string,
      split: string | null
    ) => Effect.Effect<Api.ExampleList, ApiFailure>
    /** A recording, or the part of it that is the example, as WAV. */
    readonly audio: (example: ExampleQuery) => Effect.Effect<Uint8Array, ApiFailure>
    readonly spectrogram: (example: ExampleQuery) => Effect.Effect<Api.Spectrogram, ApiFailure>
    readonly verify: (
      request: Api.VerifyRequest
    ) => Effect.Effect<ReadonlyArray<Api.Checkpoint>, ApiFailure>
    readonly act: (action: Api.Action) => Effect.Effect<Api.ActionResult, ApiFailure>
  }
>() {}
