import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Position } from "../../checkpointing/Checkpoint.js"
import { ofSums } from "./mean.js"
import type { Accumulator, Measured } from "./Metric.js"
import { shardsIn } from "./ShardedMeasured.js"

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
  measured: Readonly<Record<string, Measured>>,
  size: number
): MetricStates => {
  const sums: Record<string, number> = { ...before.sums }
  const isFirst = before.metric_states === undefined && !hasAny(before.sums)
  let others: Record<string, unknown> | undefined
  for (const name in measured) {
    const accumulator = accumulatorOf(accumulators, name)
    const { init, late = init } = accumulator
    const state = before.metric_states?.[name] ?? before.sums[name] ?? (isFirst ? init : late)
    let next = state
    for (const shard of shardsIn(measured[name]!, size)) {
      next = accumulator.update(next, shard.measured, shard)
    }
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

const hasAny = (record: object): boolean => {
  for (const _ in record) return true
  return false
}

/** In the order of the accumulators, `loss` first. */
const statesIn = (accumulators: Accumulators, { metric_states, sums }: MetricStates) => {
  const all: Record<string, unknown> = { ...sums, ...metric_states }
  const names = new Set([...accumulators.keys(), ...Object.keys(all)])
  return [...names].flatMap((name) => (name in all ? [[name, all[name]] as const] : []))
}

/** The number of each metric that has measured anything, after `examples` examples. */
export const compute = (
  accumulators: Accumulators,
  of: MetricStates,
  examples: number
): Record<string, number> =>
  Object.fromEntries(
    statesIn(accumulators, of).map(([name, state]) => [
      name,
      accumulatorOf(accumulators, name).compute(state, examples)
    ])
  )

/** The number of one metric; NaN if it has measured nothing. */
export const valueOf = (
  accumulators: Accumulators,
  { metric_states, sums }: MetricStates,
  name: string,
  examples: number
): number => {
  const state = metric_states?.[name] ?? sums[name]
  return state === undefined
    ? Number.NaN
    : accumulatorOf(accumulators, name).compute(state, examples)
}

/** What metrics have to show beyond their numbers, by name. */
export const details = (accumulators: Accumulators, of: MetricStates): Record<string, unknown> =>
  Object.fromEntries(
    statesIn(accumulators, of).flatMap(([name, state]) => {
      const accumulator = accumulatorOf(accumulators, name)
      return accumulator.detail === undefined ? [] : [[name, accumulator.detail(state)]]
    })
  )

/** A position as a checkpoint holds it, its states as JSON. */
export const encode = <P extends MetricStates>(accumulators: Accumulators, of: P): P =>
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

/** The position that a checkpoint holds, and the names of states that are not those of today's metrics. */
export const decode = <P extends MetricStates>(
  accumulators: Accumulators,
  position: P
): { readonly position: P; readonly lost: ReadonlyArray<string> } => {
  if (position.metric_states === undefined) return { position, lost: [] }
  const decoded = Object.entries(position.metric_states).map(([name, json]) => {
    const accumulator = accumulators.get(name)
    const state = accumulator && Schema.decodeUnknownOption(accumulator.schema)(json)
    return { name, state: state ?? Option.none() }
  })
  const metric_states = Object.fromEntries(
    decoded.flatMap(({ name, state }) => (Option.isSome(state) ? [[name, state.value]] : []))
  )
  return {
    position: { ...position, metric_states },
    lost: decoded.flatMap(({ name, state }) => (Option.isNone(state) ? [name] : []))
  }
}
