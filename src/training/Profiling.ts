import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Sized } from "../data/Batch.js"
import type { AnyDataset } from "../data/Dataset.js"
import type { RunFields } from "./RunFields.js"

/** What times the parts of a run. */
export interface Recorder {
  /** The dataset, whose training batches are timed. */
  readonly dataset: <B extends Sized>(dataset: AnyDataset<B>) => AnyDataset<B>
  /** Times layers, gradients and updates of a run until the scope closes. */
  readonly attach: (run: RunFields) => Effect.Effect<void, never, Scope.Scope>
}

/** Whether the run is profiled: `restoreOrInit` attaches the recorder. null: it is not, and nothing is timed. */
export class Profiling extends Context.Reference<Profiling>()("holdfast/Profiling", {
  defaultValue: (): Recorder | null => null
}) {}
