import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Predicate from "effect/Predicate"
import { yieldToEventLoop } from "../io/EventLoop.js"
import { t } from "../language/Text.js"
import type { StageErrorReason } from "../training/StageError.js"
import { isStage, type Stage } from "./Stage.js"

/** Runs `stages` from left to right, each with what the one before it gave. */
export const inOrder =
  (stages: ReadonlyArray<Stage.Any>) =>
  (input: unknown): Effect.Effect<unknown, unknown, unknown> =>
    stages.reduce<Effect.Effect<unknown, unknown, unknown>>(
      // A signal that arrived while one stage blocked is handled before the next one begins.
      (before, stage) =>
        Effect.flatMap(Effect.zipLeft(before, yieldToEventLoop), (out) => stage.run(out as never)),
      Effect.succeed(input)
    )

/** `stages`, with the stages of each group in its place. */
export const ungrouped = (stages: ReadonlyArray<Stage.Any>): ReadonlyArray<Stage.Any> =>
  stages.flatMap((stage) => (stage.isGroup ? ungrouped(stage.children) : [stage]))

/**
 * What is wrong with `stages`, the arguments of `within` after a name, as stages of one sequence whose
 * first one gets `given`; null: nothing.
 */
export const faultIn = (
  within: string,
  stages: ReadonlyArray<unknown>,
  given?: string
): StageErrorReason | null =>
  strangerIn(within, stages, 2) ?? wrongInput(ungrouped(stages as ReadonlyArray<Stage.Any>), given)

/** A stage that takes something other than the one before it gives, where both declare it. */
const wrongInput = (
  stages: ReadonlyArray<Stage.Any>,
  before: string | undefined
): StageErrorReason | null => {
  for (const [i, { name, takes }] of stages.entries()) {
    const given = i === 0 ? before : stages[i - 1]!.gives
    if (takes === undefined || given === undefined || given === takes.what) continue
    return { _tag: "Input", stage: name, takes: takes.what, from: takes.from }
  }
  return null
}

/** The first of `stages`, the arguments of `within` from number `first` on, that is not a stage. */
export const strangerIn = (
  within: string,
  stages: ReadonlyArray<unknown>,
  first: number
): StageErrorReason | null => {
  const index = stages.findIndex((stage) => !isStage(stage))
  if (index === -1) return null
  const found = Predicate.isFunction(stages[index])
    ? t`the function ${stages[index].name}`
    : Inspectable.toStringUnknown(stages[index], 0).slice(0, 60)
  return { _tag: "NotAStage", within, position: first + index, found }
}
