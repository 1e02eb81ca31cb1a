import type * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import type { Stage } from "./Stage.js"

/** Marks pipelines, also those of another copy of this module. */
export const TypeId: unique symbol = Symbol.for("holdfast/Pipeline") as never
export type TypeId = typeof TypeId

/** Named stages, one after another: what the CLI draws and runs. */
export interface Pipeline<out Out, out E = never, out R = never> {
  readonly [TypeId]: TypeId
  readonly name: string
  readonly stages: ReadonlyArray<Stage.Any>
  /** The whole pipeline as one effect. What its stages acquired is released when it ends. */
  readonly run: Effect.Effect<Out, E, Exclude<R, Scope.Scope>>
}

export declare namespace Pipeline {
  /** Any pipeline, whatever its types. */
  export type Any = Pipeline<unknown, unknown, unknown>
}

/** Whether `value` is a pipeline. */
export const isPipeline = (value: unknown): value is Pipeline.Any =>
  Predicate.hasProperty(value, TypeId)
