import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StageTime } from "../events/Event.js"
import { deliver, Observer } from "../events/Observer.js"

/** A stage, within those around it. */
interface Node {
  readonly name: string
  readonly children: Map<string, Node>
  calls: number
  /** Of the calls that have ended, in milliseconds. */
  ended: number
  /** How many calls are running, and the sum of their starts. */
  running: number
  starts: number
}

const nodeOf = (name: string): Node => ({
  name,
  children: new Map(),
  calls: 0,
  ended: 0,
  running: 0,
  starts: 0
})

/** Gets each call of a stage that ends, with times of `performance.now`. */
type Listener = (name: string, start: number, end: number) => void

/** What the stages that run at a place of the tree are counted by. */
export interface Timer {
  readonly node: Node
  /** Under which name the next stage is counted; null: its own. */
  readonly name: string | null
  readonly onEnd: Listener
  /** The time that each stage has taken so far, each followed by those inside it. */
  readonly times: () => ReadonlyArray<StageTime>
  /** Whether training has begun, so that there is something to report, and whether its end was reported. */
  readonly training: { hasBegun: boolean; hasEnded: boolean }
}

/** What times the run of a pipeline; null: nothing. */
export class StageTimer extends Context.Reference<StageTimer>()("holdfast/StageTimer", {
  defaultValue: (): Timer | null => null
}) {}

/** A timer before the first stage. */
export const make = (onEnd: Listener = () => {}): Timer => {
  const node = nodeOf("")
  return {
    node,
    name: null,
    onEnd,
    times: () => childrenOf(node, [], performance.now()),
    training: { hasBegun: false, hasEnded: false }
  }
}

/**
 * Times the run of a pipeline, by the timer that is there or by one of its own. Where it has trained, the
 * times are reported at its end, however it ends.
 */
export const timing = <A, E, R>(pipeline: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(StageTimer, (given) => {
    const timer = given ?? make()
    return pipeline.pipe(Effect.ensuring(reportEnd), Effect.provideService(StageTimer, timer))
  })

/** Training begins: from now on there are times to report. */
export const trainingBegins: Effect.Effect<void> = Effect.map(StageTimer, (timer) => {
  if (timer !== null) timer.training.hasBegun = true
})

/** Reports the times at the end of training, once. */
export const reportEnd: Effect.Effect<void> = Effect.flatMap(StageTimer, (timer) => {
  if (timer === null || !timer.training.hasBegun || timer.training.hasEnded) return Effect.void
  timer.training.hasEnded = true
  return report
})

/** Reports the times so far to the observer, if there is one. */
export const report: Effect.Effect<void> = Effect.flatMap(StageTimer, (timer) =>
  timer === null
    ? Effect.void
    : Effect.flatMap(Effect.serviceOption(Observer), (observer) =>
        Option.match(observer, {
          onNone: () => Effect.void,
          onSome: (one) => deliver(one, { _tag: "StageTimes", stages: timer.times() })
        })
      )
)

/** Marks the spans of stages. */
export const stageAttribute = "holdfast.stage"

/** Counts the call of a stage, and how long it takes. One around another of its own name counts as that. */
export const timed = <A, E, R>(
  name: string,
  stage: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(StageTimer, (timer) => {
    if (timer === null) return stage
    const own = timer.name ?? name
    const inside = (node: Node) =>
      Effect.provideService(stage, StageTimer, { ...timer, node, name: null })
    if (own === timer.node.name) return inside(timer.node)
    const node = childOf(timer.node, own)
    const start = performance.now()
    node.calls += 1
    node.running += 1
    node.starts += start
    return Effect.ensuring(
      inside(node),
      Effect.sync(() => {
        const end = performance.now()
        node.ended += end - start
        node.running -= 1
        node.starts -= start
        timer.onEnd(node.name, start, end)
      })
    )
  })

/** Has the stage inside counted under another name. */
export const renamed = <A, E, R>(
  name: string,
  stage: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(StageTimer, (timer) =>
    timer === null ? stage : Effect.provideService(stage, StageTimer, { ...timer, name })
  )

const childOf = (parent: Node, name: string): Node => {
  const known = parent.children.get(name)
  if (known !== undefined) return known
  const child = nodeOf(name)
  parent.children.set(name, child)
  return child
}

const childrenOf = (
  { children }: Node,
  path: ReadonlyArray<string>,
  now: number
): ReadonlyArray<StageTime> =>
  [...children.values()].flatMap((node) => {
    const own = [...path, node.name]
    const milliseconds = node.ended + node.running * now - node.starts
    const seconds = Math.round(milliseconds * 1000) / 1e6
    return [{ path: own, seconds, calls: node.calls }, ...childrenOf(node, own, now)]
  })
