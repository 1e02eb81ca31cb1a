import * as Schema from "effect/Schema"
import { field, positiveInt, required } from "../../config/Field.js"
import type { Rng } from "../../data/Dataset.js"
import { t } from "../../language/Text.js"
import * as Random from "../../training/Random.js"
import type { Json } from "../space/Json.js"
import { cardinality, indexOf, valueAt, type Parameter } from "../space/Parameter.js"
import { pathsOf, type Sample, type Space } from "../space/Space.js"
import type { Ticket } from "../Ticket.js"
import { defineScheduler } from "./DefineSearch.js"
import { fixedEpochs, within } from "./SchedulerChecks.js"
import type { Given, Next } from "./Search.js"
import { lossOf } from "./Trials.js"

const share = Schema.Number.pipe(Schema.greaterThanOrEqualTo(0), Schema.lessThanOrEqualTo(1))

/**
 * Population-based training (Jaderberg et al., arXiv:1711.09846) by generations of `interval` epochs. After each,
 * every member that is among the worst `quantile` by its last value, or has failed, is replaced by a
 * fork of one of the best: a new trial from that one's state after the generation, with other
 * parameters. The others train on. The population is the sweep's `trials`; forks are further ones.
 *
 * A parameter of a fork is drawn again with `resample_probability`; else a number is multiplied by 0.8 or 1.2
 * (an integer moves by a step at least), and a choice moves to one of its neighbours. A parameter that changes the
 * shapes of the model, or the data, cannot differ from the state that the fork starts from: name those that can
 * in `perturb`.
 */
export const pbt = defineScheduler("pbt", {
  description:
    "A population trains together; the worst continue from the best with other parameters: population-based training (Jaderberg et al., 2017).",
  fields: {
    interval: required(positiveInt, "The epochs of a generation."),
    quantile: field(
      Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThanOrEqualTo(0.5)),
      0.2,
      "The share of the population that is replaced after a generation, and by forks of which; at least one."
    ),
    resample_probability: field(share, 0.25, "How likely a parameter of a fork is drawn again."),
    perturb: field(
      Schema.NullOr(Schema.Array(Schema.NonEmptyString)),
      null,
      "The paths of the parameters that a fork changes; the others it has from its origin. null: all."
    )
  },
  make: (config) => ({
    forks: true,
    rungs: ({ epochs }) =>
      Array.from({ length: Math.ceil(epochs / config.interval) }, (_, g) =>
        Math.min((g + 1) * config.interval, epochs)
      ),
    check: (sweep) => {
      const unknown = config.perturb?.findIndex((path) => !(path in sweep.space)) ?? -1
      return (
        fixedEpochs(sweep) ??
        within(sweep, "interval", config.interval) ??
        (unknown < 0
          ? undefined
          : {
              path: ["scheduler", "perturb", String(unknown)],
              message: t`a parameter of the space: ${pathsOf(sweep.space).join(", ")}`
            })
      )
    },
    next: (given, search) => {
      const { epochs, tickets, trials } = given
      const endOf = (generation: number) => Math.min((generation + 1) * config.interval, epochs)
      // The first generation, which may be smaller than `trials`: a grid has an end.
      const firsts = tickets.findIndex(({ fork, until }) => fork !== undefined || until > endOf(0))
      const members = firsts < 0 ? tickets.length : firsts
      if (members === tickets.length && members < trials) {
        const parameters = search.suggest(given, members)
        if (parameters !== null) {
          return { _tag: "Train", ticket: { trial: members, parameters, until: endOf(0) } }
        }
      }
      if (members === 0) return { _tag: "Done" }
      const generation = Math.floor(tickets.length / members)
      const until = endOf(generation)
      const before = tickets.slice((generation - 1) * members, generation * members)
      if (before[0]!.until >= epochs) return { _tag: "Done" }
      if (given.outcomes.length < generation * members) return { _tag: "Wait" }
      return continued(given, before, tickets.length % members, until, config)
    }
  })
})

interface Config {
  readonly quantile: number
  readonly resample_probability: number
  readonly perturb: ReadonlyArray<string> | null
}

/** The ticket of a member in the next generation: it trains on, or is replaced by a fork of a better one. */
const continued = (
  { mode, outcomes, seed, space, tickets }: Given,
  before: ReadonlyArray<Ticket>,
  member: number,
  until: number,
  config: Config
): Next => {
  const lossAt = ({ number }: Ticket): number => {
    const { status, values } = outcomes[number]!
    const last = values.at(-1)
    return status === "failed" || last === undefined ? Infinity : lossOf(last.value, mode)
  }
  const ranked = before
    .map((ticket, i) => ({ i, ticket, loss: lossAt(ticket) }))
    .sort((a, b) => (a.loss < b.loss ? -1 : a.loss > b.loss ? 1 : a.i - b.i))
  const replaced = before.length < 2 ? 0 : Math.max(1, Math.floor(before.length * config.quantile))
  const completed = ranked.filter(({ ticket }) => outcomes[ticket.number]!.status === "completed")
  if (completed.length === 0) return { _tag: "Done" }
  const measured = completed.filter(({ loss }) => loss < Infinity)
  const winners = (measured.length > 0 ? measured : completed).slice(0, Math.max(1, replaced))
  const self = before[member]!
  const rank = ranked.findIndex(({ i }) => i === member)
  const hasFailed = outcomes[self.number]!.status === "failed"
  if (!hasFailed && rank < before.length - replaced) {
    const { fork, parameters, trial } = self
    return { _tag: "Train", ticket: { trial, parameters, until, ...(fork && { fork }) } }
  }
  const draw = Random.generator(Random.make(seed), "sweep", "pbt", self.until, member)
  const origin = winners[Math.floor(draw() * winners.length)]!.ticket
  return {
    _tag: "Train",
    ticket: {
      trial: tickets.reduce((greatest, { trial }) => Math.max(greatest, trial), 0) + 1,
      parameters: explored(space, origin.parameters, config, draw),
      fork: { trial: origin.trial, epoch: origin.until },
      until
    }
  }
}

const explored = (space: Space, origin: Sample, config: Config, draw: Rng): Sample =>
  Object.fromEntries(
    pathsOf(space).map((path) => {
      const value = origin[path]!
      if (config.perturb?.includes(path) === false) return [path, value]
      const isDrawn = draw() < config.resample_probability
      const unit = draw()
      return [path, isDrawn ? valueAt(space[path]!, unit) : perturbed(space[path]!, value, unit)]
    })
  )

/** A value near another: up or down by a uniform number, at the ends the only way there is. */
export const perturbed = (parameter: Parameter, value: Json, unit: number): Json => {
  const isUp = unit >= 0.5
  if (parameter.kind === "choice") {
    const i = indexOf(parameter, value)
    const last = parameter.choices.length - 1
    return parameter.choices[
      isUp ? (i < last ? i + 1 : Math.max(i - 1, 0)) : i > 0 ? i - 1 : Math.min(1, last)
    ]!
  }
  const { high, low } = parameter
  const factored = (value as number) * (isUp ? 1.2 : 0.8)
  if (parameter.kind !== "int") return Math.min(Math.max(factored, low), high)
  const step = parameter.step ?? 1
  const last = cardinality(parameter) - 1
  const k = Math.round(((value as number) - low) / step)
  const wanted = Math.round((factored - low) / step)
  const moved = wanted === k ? k + (isUp ? 1 : -1) : wanted
  return low + Math.min(Math.max(moved, 0), last) * step
}
