import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { Values } from "../../backends/Readback.js"
import type { Position } from "../../checkpointing/Checkpoint.js"
import { ofSums } from "./mean.js"
import type { Accumulator } from "./Metric.js"

/**
 * The states of metrics by name, as a run's position holds them: one that is a number under `sums`,
 * any other under `metric_states`, decoded while the run is live and as JSON in a checkpoint.
 */
export type MetricStates = Pick<Position, "sums" | "metric_states">

/** The accumulators of metrics, by name. What has none is a sum over the examples. */
export type Accumulators = ReadonlyMap<string, Accumulator>

/** Before the first batch. */
export const initial: MetricStates = { sums: {} }

const accumulatorOf = (accumulators: Accumulators, name: string): Accumulator =>
  accumulators.get(name) ?? ofSums(name)

/** The states after one more batch of `size` examples, for which `measured` was read. */
export const update = (
  accumulators: Accumulators,
  before: MetricStates,
  measured: Readonly<Record<string, Values>>,
  size: number
): MetricStates => {
  const sums: Record<string, number> = { ...before.sums }
  let others: Record<string, unknown> | undefined
  for (const name in measured) {
    const accumulator = accumulatorOf(accumulators, name)
    const state = before.metric_states?.[name] ?? before.sums[name] ?? accumulator.init
    const next = accumulator.update(state, measured[name]!, { size })
    if (typeof next === "number") sums[name] = next
    else {
      others ??= { ...before.metric_states }
      others[name] = next
      delete sums[name]
    }
  }
  const metric_states = others ?? before.metric_states
  return metric_states === undefined ? { sums } : { sums, metric_states }
}

const states = ({ metric_states, sums }: MetricStates) =>
  Object.entries<unknown>({ ...sums, ...metric_states })

/** The number of each metric that has measured anything, after `examples` examples. */
export const compute = (
  accumulators: Accumulators,
  of: MetricStates,
  examples: number
): Record<string, number> =>
  Object.fromEntries(
    states(of).map(([name, state]) => [
      name,
      accumulatorOf(accumulators, name).compute(state, examples)
    ])
  )

/** What metrics have to show beyond their numbers, by name. */
export const details = (accumulators: Accumulators, of: MetricStates): Record<string, unknown> =>
  Object.fromEntries(
    states(of).flatMap(([name, state]) => {
      const accumulator = accumulatorOf(accumulators, name)
      return accumulator.detail === undefined ? [] : [[name, accumulator.detail(state)]]
    })
  )

/** The states as a checkpoint holds them. */
export const encode = (accumulators: Accumulators, of: MetricStates): MetricStates =>
  of.metric_states === undefined
    ? of
    : {
        ...of,
        metric_states: Object.fromEntries(
          Object.entries(of.metric_states).map(([name, state]) => [
            name,
            Schema.encodeSync(accumulatorOf(accumulators, name).schema)(state)
          ])
        )
      }

/** The states that a checkpoint holds, and the names of those that are of another metric. */
export const decode = (
  accumulators: Accumulators,
  { metric_states, sums }: MetricStates
): { readonly states: MetricStates; readonly lost: ReadonlyArray<string> } => {
  if (metric_states === undefined) return { states: { sums }, lost: [] }
  const decoded = Object.entries(metric_states).map(([name, json]) => {
    const accumulator = accumulators.get(name)
    const state = accumulator && Schema.decodeUnknownEither(accumulator.schema)(json)
    return { name, state: state && Either.getOrUndefined(state) }
  })
  return {
    states: {
      sums,
      metric_states: Object.fromEntries(
        decoded.flatMap(({ name, state }) => (state === undefined ? [] : [[name, state]]))
      )
    },
    lost: decoded.flatMap(({ name, state }) => (state === undefined ? [name] : []))
  }
}
