import { dual } from "effect/Function"
import { refuse } from "../training/StageError.js"
import { faultIn, inOrder } from "./Sequence.js"
import { make, type Stage } from "./Stage.js"

/**
 * Makes one stage of several, each of which takes what the one before it gives. `holdfast show` draws
 * it as a branch. Inside of an epoch its stages are stages of the epoch: each is saved and resumed by
 * its own name, so that a run resumes also where stages were grouped differently when it was saved.
 *
 * @example
 * ```ts
 * import { Stage, Stages } from "holdfast"
 *
 * export const assess = Stage.group(
 *   "assess",
 *   Stages.validate,
 *   Stages.stepScheduler,
 *   Stages.trackBest({ metric: "val_loss", mode: "min" })
 * )
 * export const epochs = Stages.epochs(Stages.trainEpoch, assess, Stages.checkpoint)
 * ```
 */
export const group = <const Stages extends Stage.Some>(
  name: string,
  ...stages: Stage.Chain<Stage.In<Stages[0]>, Stages>
): Stage<
  Stage.In<Stages[0]>,
  Stage.Out<Stage.Last<Stages>>,
  Stage.Error<Stages[number]>,
  Stage.Context<Stages[number]>
> => {
  const fault = faultIn("Stage.group", stages as ReadonlyArray<unknown>)
  if (fault !== null) refuse(fault, group)
  return grouped(name, stages as unknown as Stage.Some) as never
}

/**
 * The stage that runs `self` and then `that`: a group without a name of its own.
 *
 * @example
 * ```ts
 * import { Stage, Stages } from "holdfast"
 *
 * export const validateAndSave = Stages.validate.pipe(Stage.andThen(Stages.checkpoint))
 * ```
 */
export const andThen: {
  <Middle, Out, E2, R2>(
    that: Stage<Middle, Out, E2, R2>
  ): <In, E, R>(self: Stage<In, Middle, E, R>) => Stage<In, Out, E | E2, R | R2>
  <In, Middle, E, R, Out, E2, R2>(
    self: Stage<In, Middle, E, R>,
    that: Stage<Middle, Out, E2, R2>
  ): Stage<In, Out, E | E2, R | R2>
} = dual(2, (self: Stage.Any, that: Stage.Any): Stage.Any => {
  const parts: Stage.Some = [...joined(self), ...joined(that)]
  const fault = faultIn("Stage.andThen", parts)
  if (fault !== null) refuse(fault, andThen)
  return grouped(titleOf(parts), parts)
})

const titleOf = (stages: ReadonlyArray<Stage.Any>): string =>
  stages.map(({ name }) => name).join(" → ")

/** The stages that `andThen` has joined. */
const joined = (stage: Stage.Any): Stage.Some =>
  stage.isGroup && stage.name === titleOf(stage.children) ? (stage.children as Stage.Some) : [stage]

const grouped = (name: string, stages: Stage.Some): Stage.Any => ({
  ...make(name, {
    description: "",
    children: stages,
    takes: stages[0].takes,
    gives: stages[stages.length - 1]!.gives,
    run: inOrder(stages)
  }),
  isGroup: true
})
