import type { StageTime } from "../../Api.js"

/** A stage with the time spent in it, and the stages inside. */
export interface StageNode {
  readonly name: string
  readonly seconds: number
  readonly calls: number
  /** The share of the time of the whole run. */
  readonly share: number
  readonly depth: number
  /** The time that none of the stages inside accounts for; null where there are none. */
  readonly own: number | null
}

/** The stages as a tree, in the order that they came in, each before those inside it. */
export const stageTree = (stages: ReadonlyArray<StageTime>): ReadonlyArray<StageNode> => {
  const total = stages
    .filter(({ path }) => path.length === 1)
    .reduce((sum, { seconds }) => sum + seconds, 0)
  const isInside = (inner: StageTime, outer: StageTime) =>
    inner.path.length === outer.path.length + 1 &&
    outer.path.every((name, i) => inner.path[i] === name)
  const visit = (stage: StageTime): ReadonlyArray<StageNode> => {
    const inside = stages.filter((other) => isInside(other, stage))
    const spent = inside.reduce((sum, { seconds }) => sum + seconds, 0)
    return [
      {
        name: stage.path.at(-1) ?? "",
        seconds: stage.seconds,
        calls: stage.calls,
        share: total > 0 ? stage.seconds / total : 0,
        depth: stage.path.length - 1,
        own: inside.length === 0 ? null : Math.max(0, stage.seconds - spent)
      },
      ...inside.flatMap(visit)
    ]
  }
  return stages.filter(({ path }) => path.length === 1).flatMap(visit)
}
