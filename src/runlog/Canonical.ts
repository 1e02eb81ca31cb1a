import type { EventLine, Line, Step } from "./Line.js"
import { bucketSize, thin } from "./Thin.js"

/** What a log says, whatever was written and taken back on the way: its lines in order. */
export interface Canonical {
  /** One a training step, thinned. */
  readonly steps: ReadonlyArray<Step>
  /** All others. */
  readonly others: ReadonlyArray<Exclude<Line, Step>>
}

export const empty: Canonical = { steps: [], others: [] }

/**
 * Lines that follow on those of `before`. A process that resumes the run, or a run that goes back after a
 * divergence, takes back every line that is later than where it then stands. What is measured again at
 * the same place, an epoch, a validation, an evaluation, takes the place of what was measured before.
 */
export const append = (before: Canonical, lines: ReadonlyArray<Line>): Canonical => {
  let steps = before.steps.slice()
  let others = new Map(before.others.map((line, i) => [keyOf(line) ?? i, line] as const))
  let next = before.others.length
  for (const line of lines) {
    if (line.event === "Step") {
      // Written again: the last of a bucket, with what is known of it since.
      if (steps.length > 0 && line.global_step <= steps[steps.length - 1]!.global_step) {
        steps = insert(steps, line)
      } else steps.push(line)
      continue
    }
    const back = goesBackTo(line)
    if (back !== null) {
      steps = steps.filter(({ global_step }) => global_step <= back)
      others = new Map([...others].filter(([, { global_step }]) => global_step <= back))
    }
    const key = keyOf(line) ?? next++
    others.delete(key)
    others.set(key, line)
  }
  const last = steps.length === 0 ? 0 : steps[steps.length - 1]!.global_step
  return { steps: thin(steps, bucketSize(last)), others: [...others.values()] }
}

/** With those of these epochs that are missing: they ended as the process was killed, or before there was a log. */
export const fill = (
  { others, steps }: Canonical,
  epochs: ReadonlyArray<EventLine<"EpochFinished">>
): Canonical => {
  const present = new Set(others.map(keyOf))
  return { steps, others: [...others, ...epochs.filter((line) => !present.has(keyOf(line)))] }
}

/** All lines in the order in which they are written: by step, and those of a step after it. */
export const inOrder = ({ others, steps }: Canonical): ReadonlyArray<Line> => {
  const all: Array<Line> = []
  let next = 0
  for (const line of others) {
    while (next < steps.length && steps[next]!.global_step <= line.global_step) {
      all.push(steps[next++]!)
    }
    all.push(line)
  }
  for (; next < steps.length; next++) all.push(steps[next]!)
  return all
}

/** The step after which everything so far is taken back; null: nothing is. */
export const goesBackTo = (line: Exclude<Line, Step>): number | null =>
  line.event === "LogOpened"
    ? (line.from?.global_step ?? 0)
    : line.event === "WentBack"
      ? line.global_step
      : null

/** By this a later line replaces an earlier one; null: any number of such lines stay. */
const keyOf = (line: Exclude<Line, Step>): string | null => {
  switch (line.event) {
    case "EpochFinished":
      return `${line.event}/${line.record.epoch}`
    case "Validated":
      return `${line.event}/${line.global_step}`
    case "MetricDetail":
      return `${line.event}/${line.phase}/${line.epoch}/${line.metric}`
    case "Evaluated":
    case "Custom":
    case "Result":
      return contentOf(line)
    default:
      return null
  }
}

/** A line but for when it was written. */
const contentOf = (line: EventLine): string => JSON.stringify({ ...line, time: null })

const insert = (steps: ReadonlyArray<Step>, line: Step): Array<Step> => {
  let at = steps.length
  while (at > 0 && steps[at - 1]!.global_step >= line.global_step) at--
  const isThere = steps[at]?.global_step === line.global_step
  return [...steps.slice(0, at), line, ...steps.slice(isThere ? at + 1 : at)]
}
