import { strategyOf, type Definition } from "./Definition.js"
import { importance } from "./Importance.js"
import type { Recorded } from "./Ledger.js"
import { bestLoss, epochsOf, lossOf } from "./search/Trials.js"
import type { Parameter } from "./space/Space.js"
import { pathsOf } from "./space/Space.js"
import { trialFolder } from "./SweepFolder.js"
import type { ParameterView, SweepView, TrialView } from "./SweepView.js"
import type { Outcome, Ticket } from "./Ticket.js"

/** What only its folders or its database say of a sweep. */
export interface Status {
  readonly folder: string
  /** Whether somebody works on it. */
  readonly isRunning: boolean
  /** Whether no ticket follows those that are recorded. */
  readonly isLast: boolean
  /** Who trains a trial, of those that are trained. */
  readonly workers: ReadonlyMap<number, string>
  readonly problem: string | null
  /** What revived trials have reached, by their numbers. */
  readonly revived?: ReadonlyMap<number, Outcome["values"]>
}

/** A sweep by what is recorded of it. */
export const viewOf = (definition: Definition, recorded: Recorded, status: Status): SweepView => {
  const { metric, mode, parallel, pipeline, started_at, trials: total } = definition
  const { scheduler, search } = strategyOf(definition)
  const rungs = scheduler.rungs?.(definition)
  const trials = trialsOf(definition, recorded, status, scheduler.forks === true)
  const best = bestOf(trials, mode)
  const shares = importance({
    space: definition.space,
    mode,
    trials: trials.filter(({ state }) => state !== "failed")
  })
  const isDone = recorded.outcomes.length >= recorded.tickets.length
  return {
    name: definition.name,
    folder: status.folder,
    pipeline,
    metric,
    mode,
    search: search.name,
    scheduler: scheduler.name,
    state: isDone && status.isLast ? "finished" : status.isRunning ? "running" : "stopped",
    parallel,
    total,
    ...(rungs && { rungs }),
    startedAt: started_at,
    parameters: pathsOf(definition.space).map((path) => parameterOf(path, definition.space[path]!)),
    trials,
    ...(shares && { importance: shares }),
    ...(best && { best: best.number }),
    ...(status.problem !== null && { problem: status.problem })
  }
}

const parameterOf = (path: string, parameter: Parameter): ParameterView => {
  const { kind } = parameter
  if (kind === "choice") return { path, kind, choices: parameter.choices }
  const { high, low } = parameter
  return { path, kind, low, high, ...(kind === "int" && parameter.log && { log: true }) }
}

const trialsOf = (
  definition: Definition,
  { outcomes, tickets }: Recorded,
  status: Status,
  isPopulation: boolean
): ReadonlyArray<TrialView> => {
  const byTicket = new Map(outcomes.map((outcome) => [outcome.ticket, outcome]))
  const own = new Map<number, { readonly last: Ticket; readonly outcome: Outcome | undefined }>()
  for (const ticket of tickets) {
    const outcome = byTicket.get(ticket.number) ?? own.get(ticket.trial)?.outcome
    own.set(ticket.trial, { last: ticket, outcome })
  }
  return [...own.values()]
    .map(({ last, outcome: recorded }) => {
      const revived = status.revived?.get(last.trial)
      const outcome = recorded && revived ? { ...recorded, values: revived } : recorded
      const worker = status.workers.get(last.trial)
      const epochs = epochsOf(definition, last.parameters)
      const values = outcome?.values ?? []
      const value = valueOf(definition, outcome, isPopulation)
      return {
        number: last.trial,
        folder: trialFolder(status.folder, last.trial),
        parameters: last.parameters,
        state: stateOf({ last, outcome, epochs, isRunning: worker !== undefined }),
        epoch: values.at(-1)?.epoch ?? last.fork?.epoch ?? 0,
        epochs,
        ...(value !== undefined && { value }),
        values,
        ...(last.fork && { fork: last.fork }),
        ...(worker !== undefined && { worker }),
        ...(outcome?.error !== undefined && { error: outcome.error })
      }
    })
    .sort((one, other) => one.number - other.number)
}

/** How a trial stands by its last ticket and the last outcome of any. */
const stateOf = ({
  epochs,
  isRunning,
  last,
  outcome
}: {
  readonly last: Ticket
  readonly outcome: Outcome | undefined
  readonly epochs: number
  readonly isRunning: boolean
}): TrialView["state"] => {
  if (isRunning) return "running"
  if (outcome === undefined) return "waiting"
  if (outcome.status === "failed") return "failed"
  const reached = outcome.values.at(-1)?.epoch ?? 0
  // One that has ended before the epoch it was to reach has stopped by itself, as by earlyStopping.
  const isStopped = outcome.ticket === last.number && reached < last.until
  return reached >= epochs || isStopped ? "completed" : "paused"
}

/** What a trial is compared by: the best of its values; in a population the last. */
const valueOf = (
  { mode }: Definition,
  outcome: Outcome | undefined,
  isPopulation: boolean
): number | undefined => {
  if (outcome === undefined || outcome.values.length === 0) return undefined
  if (isPopulation) return outcome.values.at(-1)!.value
  const loss = bestLoss(outcome, mode)
  return Number.isFinite(loss) ? (mode === "min" ? loss : -loss) : undefined
}

/** The trial with the best value, the first of those with the same; one that failed never is. */
const bestOf = (trials: ReadonlyArray<TrialView>, mode: Definition["mode"]): TrialView | null =>
  trials.reduce<TrialView | null>((best, trial) => {
    const loss = (one: TrialView) => lossOf(one.value ?? Number.NaN, mode)
    if (trial.state === "failed" || !Number.isFinite(loss(trial))) return best
    return best === null || loss(trial) < loss(best) ? trial : best
  }, null)
