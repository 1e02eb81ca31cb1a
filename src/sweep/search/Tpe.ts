import * as Schema from "effect/Schema"
import { field, positiveInt } from "../../config/Field.js"
import * as Random from "../../training/Random.js"
import { fromScale, indexOf, toScale, type Parameter } from "../space/Parameter.js"
import type { Json } from "../space/Json.js"
import { pathsOf, type Sample } from "../space/Space.js"
import { define } from "./DefineSearch.js"
import * as Parzen from "./Parzen.js"
import { randomSample } from "./RandomSearch.js"
import type { Given } from "./Search.js"
import { bestLoss, epochsOf, trialsOf, type Trial } from "./Trials.js"

/**
 * The tree-structured Parzen estimator (Bergstra et al., Algorithms for hyper-parameter optimization, 2011)
 * with the defaults of Optuna 5 (Watanabe, arXiv:2304.11127): of some candidates drawn from the density
 * l of the best trials, the one with the greatest l / g, where g is the density of the others.
 *
 * A trial whose value is not known yet counts as one of the others, so that workers side by side do not
 * all try the same (a constant liar); so does one that has failed. Trials that a scheduler has
 * stopped early rank below those trained to their end, and among themselves by epochs, then by value.
 */
export const tpe = define("tpe", {
  description:
    "Near the best trials so far, away from the others: a tree-structured Parzen estimator (Bergstra et al., 2011).",
  fields: {
    startup_trials: field(
      positiveInt,
      10,
      "How many trials with a value there are before; until then, random ones."
    ),
    candidates: field(positiveInt, 24, "How many samples one is chosen from."),
    gamma: field(
      Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThan(1)),
      0.1,
      "Which share of the trials counts as the best; 25 trials at most."
    ),
    multivariate: field(
      Schema.Boolean,
      true,
      "Whether parameters are modelled together, instead of each by itself."
    )
  },
  make: (config) => ({
    suggest: (given, trial) => {
      const { best, known, others } = split(given, config.gamma)
      if (known < config.startup_trials) {
        return randomSample(given.seed, given.space, trial)
      }
      const paths = pathsOf(given.space)
      const choose = (paths: ReadonlyArray<string>): ReadonlyArray<readonly [string, Json]> => {
        const draw = Random.generator(Random.make(given.seed), "sweep", "tpe", trial, ...paths)
        const parameters = paths.map((path) => given.space[path]!)
        const good = density(parameters, paths, best)
        const bad = density(parameters, paths, others)
        let [chosen, greatest] = [good.sample(draw), -Infinity]
        for (let i = 0; i < config.candidates; i++) {
          const point = i === 0 ? chosen : good.sample(draw)
          const gain = good.logDensity(point) - bad.logDensity(point)
          if (gain > greatest) [chosen, greatest] = [point, gain]
        }
        return paths.map((path, i) => [path, valueOf(parameters[i]!, chosen[i]!)])
      }
      return Object.fromEntries(
        config.multivariate ? choose(paths) : paths.flatMap((path) => choose([path]))
      )
    }
  })
})

/**
 * The best share of the trials, and the others with those that are open or have failed, in their order;
 * and how many have a value.
 */
const split = (given: Given, gamma: number) => {
  const trials = trialsOf(given)
  const losses = new Map(
    trials.map(({ number, outcome }) => [
      number,
      outcome === undefined ? Infinity : bestLoss(outcome, given.mode)
    ])
  )
  /** The epochs that are missing to the end of the trial. */
  const missing = ({ finished, parameters }: Trial) =>
    Math.max(0, epochsOf(given, parameters) - finished)
  const ranked = trials
    .filter(({ number }) => losses.get(number)! < Infinity)
    .sort(
      (a, b) =>
        missing(a) - missing(b) ||
        losses.get(a.number)! - losses.get(b.number)! ||
        a.number - b.number
    )
  const best = new Set(ranked.slice(0, Math.min(Math.ceil(gamma * ranked.length), 25)))
  return {
    known: ranked.length,
    best: trials.filter((trial) => best.has(trial)),
    others: trials.filter((trial) => !best.has(trial))
  }
}

const density = (
  parameters: ReadonlyArray<Parameter>,
  paths: ReadonlyArray<string>,
  trials: ReadonlyArray<Trial>
): Parzen.Parzen =>
  Parzen.make(
    parameters,
    trials.map((trial) => paths.map((path, i) => pointOf(parameters[i]!, trial.parameters, path))),
    recency(trials.length)
  )

/** Weights of trials by age: 1 for the last 25, less the longer ago, as in Bergstra et al., 2013. */
const recency = (n: number): ReadonlyArray<number> =>
  Array.from({ length: n }, (_, i) => {
    const old = n - 25
    return i >= old ? 1 : old === 1 ? 1 / n : 1 / n + (i * (1 - 1 / n)) / (old - 1)
  })

const pointOf = (parameter: Parameter, sample: Sample, path: string): number =>
  parameter.kind === "choice"
    ? indexOf(parameter, sample[path]!)
    : toScale(parameter, sample[path] as number)

const valueOf = (parameter: Parameter, point: number): Json =>
  parameter.kind === "choice" ? parameter.choices[point]! : fromScale(parameter, point)
