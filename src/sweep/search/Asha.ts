import * as Schema from "effect/Schema"
import { field, positiveInt } from "../../config/Field.js"
import { defineScheduler } from "./DefineSearch.js"
import { fixedEpochs, within } from "./SchedulerChecks.js"
import type { Given, Next } from "./Search.js"
import { bestLoss, suggested, trialsOf, type Trial } from "./Trials.js"

/**
 * Asynchronous successive halving (Li et al., A system for massively parallel hyperparameter tuning, MLSys
 * 2020, algorithm 2). Trials are compared at rungs: after `grace_period` epochs, then `reduction_factor` times as
 * many, up to all. Of those in a rung the best 1 / `reduction_factor` is promoted to the next; where
 * nobody can be, a new trial begins. A trial that stays behind is paused, and is promoted later if it
 * belongs to the best by then.
 *
 * A trial's value in a rung is its best until then; one that has failed is the worst, and never promoted.
 * When no trial is left to begin and none to promote, the best trial of the highest rung is promoted, until
 * one has been trained to its end.
 */
export const asha = defineScheduler("asha", {
  description:
    "Trains many trials for a few epochs, and the best on: asynchronous successive halving (Li et al., 2020).",
  fields: {
    grace_period: field(positiveInt, 1, "The epochs that every trial is trained for."),
    reduction_factor: field(
      Schema.Number.pipe(Schema.int(), Schema.greaterThanOrEqualTo(2)),
      3,
      "One in how many trials of a rung is promoted to the next, which is this many times as far."
    )
  },
  make: ({ grace_period, reduction_factor }) => {
    const rungs = rungsOf(grace_period, reduction_factor)
    return {
      rungs,
      check: (sweep) => fixedEpochs(sweep) ?? within(sweep, "grace_period", grace_period),
      next: (given, search) => {
        const levels = rungs(given)
        const trials = trialsOf(given)
        const steps = stepsOf(levels)
        const promoted = steps.flatMap((step) =>
          promotable(trials, given, step, reduction_factor)
        )[0]
        if (promoted !== undefined) return promoted
        const trial = suggested(given.tickets)
        const parameters = trial < given.trials ? search.suggest(given, trial) : null
        if (parameters !== null) {
          return { _tag: "Train", ticket: { trial, parameters, until: levels[0]! } }
        }
        if (given.outcomes.length < given.tickets.length) return { _tag: "Wait" }
        return lastResort(trials, given, steps)
      }
    }
  }
})

/** The epochs at which trials are compared: the last is the end. */
const rungsOf =
  (gracePeriod: number, reductionFactor: number) =>
  ({ epochs }: Pick<Given, "epochs">): ReadonlyArray<number> => {
    const levels: Array<number> = []
    for (let level = gracePeriod; level < epochs; level *= reductionFactor) levels.push(level)
    return [...levels, epochs]
  }

/** From one rung to the next. */
interface Step {
  readonly until: number
  readonly to: number
}

/** From the highest rung down, as whoever is nearest to its end comes first. */
const stepsOf = (levels: ReadonlyArray<number>): ReadonlyArray<Step> =>
  levels
    .slice(0, -1)
    .map((until, k) => ({ until, to: levels[k + 1]! }))
    .reverse()

/** The trials whose training up to `until` has ended, well or not, and their losses by then. */
const inRung = (trials: ReadonlyArray<Trial>, mode: Given["mode"], until: number) =>
  trials.flatMap((trial) =>
    trial.outcome !== undefined && trial.finished >= until
      ? [{ trial, loss: lossIn(trial, mode, until) }]
      : []
  )

/** A trial that failed on its way to a higher rung was in this one with its value. */
const lossIn = ({ finished, outcome }: Trial, mode: Given["mode"], until: number): number =>
  bestLoss(
    outcome!.status === "failed" && finished > until
      ? { ...outcome!, status: "completed" }
      : outcome!,
    mode,
    until
  )

const train = (trial: Trial, until: number): Next => ({
  _tag: "Train",
  ticket: { trial: trial.number, parameters: trial.parameters, until }
})

/** Who is promoted from a rung: the best that has not been yet, if it is among the best share. */
const promotable = (
  trials: ReadonlyArray<Trial>,
  { mode }: Given,
  { to, until }: Step,
  reductionFactor: number
): ReadonlyArray<Next> => {
  const rung = inRung(trials, mode, until)
  const best = bestLeft(rung, until)
  if (best === undefined) return []
  const better = rung.filter((other) => isBetter(other, best)).length
  return better < Math.floor(rung.length / reductionFactor) ? [train(best.trial, to)] : []
}

type Ranked = ReturnType<typeof inRung>[number]

const isBetter = (a: Ranked, b: Ranked): boolean =>
  a.loss < b.loss || (a.loss === b.loss && a.trial.number < b.trial.number)

/** The best trial of a rung that has a value and no ticket beyond. */
const bestLeft = (rung: ReadonlyArray<Ranked>, until: number): Ranked | undefined =>
  rung
    .filter(({ loss, trial }) => trial.until === until && loss < Infinity)
    .reduce<Ranked | undefined>(
      (best, one) => (best === undefined || isBetter(one, best) ? one : best),
      undefined
    )

/** With everything known and nobody to promote: the best of the highest rung, until one is at its end. */
const lastResort = (
  trials: ReadonlyArray<Trial>,
  { epochs, mode }: Given,
  steps: ReadonlyArray<Step>
): Next => {
  if (inRung(trials, mode, epochs).some(({ loss }) => loss < Infinity)) return { _tag: "Done" }
  for (const { to, until } of steps) {
    const best = bestLeft(inRung(trials, mode, until), until)
    if (best !== undefined) return train(best.trial, to)
  }
  return { _tag: "Done" }
}
