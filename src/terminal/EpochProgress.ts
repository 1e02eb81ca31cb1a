import { t } from "../language/Text.js"
import type { Event } from "../events/Event.js"
import { secondsLeft } from "../events/SecondsLeft.js"
import * as Format from "./Format.js"
import { cut, displayWidth } from "./Table.js"

type Step = Extract<Event, { readonly _tag: "StepFinished" }>

/** The progress of the current epoch and its speed; times in milliseconds. */
export interface EpochProgress {
  /** The last step; null between epochs. */
  readonly step: Step | null
  /** When the phase of `step` began, and the steps and examples processed since. */
  readonly since: number
  readonly steps: number
  readonly examples: number
  /** Milliseconds that training steps of the phase took, and that they waited for their batches. */
  readonly stepMillis: number
  readonly waitMillis: number
  /** The training steps of the epoch before, by which one of unknown length is estimated; null: none. */
  readonly stepsBefore: number | null
  /** When the last event arrived. */
  readonly heard: number
  /** The seconds that the epochs took that have ended. */
  readonly epochSeconds: ReadonlyArray<number>
}

/** The progress before any event. */
export const start = (now: number): EpochProgress => ({
  step: null,
  since: now,
  steps: 0,
  examples: 0,
  stepMillis: 0,
  waitMillis: 0,
  stepsBefore: null,
  heard: now,
  epochSeconds: []
})

/** The progress after `event`. */
export const advance = (progress: EpochProgress, event: Event, now: number): EpochProgress => {
  switch (event._tag) {
    case "StepFinished": {
      const same = progress.step?.phase === event.phase && progress.step.epoch === event.epoch
      // Field by field: this runs every step, and spreading objects is slower.
      return {
        step: event,
        since: same ? progress.since : progress.heard,
        steps: (same ? progress.steps : 0) + 1,
        examples: (same ? progress.examples : 0) + event.examples,
        stepMillis: (same ? progress.stepMillis : 0) + (event.measured?.step_ms ?? 0),
        waitMillis: (same ? progress.waitMillis : 0) + (event.measured?.data_wait_ms ?? 0),
        stepsBefore:
          event.phase === "train" && event.steps !== null ? event.steps : progress.stepsBefore,
        heard: now,
        epochSeconds: progress.epochSeconds
      }
    }
    case "EpochFinished":
      return {
        ...progress,
        step: null,
        heard: now,
        epochSeconds: [...progress.epochSeconds.slice(-4), event.record.seconds]
      }
    default:
      return { ...progress, heard: now }
  }
}

const heading = (step: Step): string => {
  const epoch = t`epoch ${step.epoch}/${step.epochs}`
  // Testing belongs to no epoch.
  return { train: epoch, validation: `${epoch}  ${t`validating`}`, test: t`testing` }[step.phase]
}

/** A bar `width` characters wide, its brackets included; plain ASCII, as wide in every terminal. */
export const bar = (share: number, width: number): string => {
  const inner = width - 2
  const full = Math.min(inner, Math.max(0, Math.floor(share * inner)))
  const tip = full < inner && full > 0 ? ">" : ""
  return `[${("=".repeat(full - tip.length) + tip).padEnd(inner)}]`
}

/** From this share of the time on, waiting for data is shown. */
const shownWait = 0.05

const unknown = { long: [], short: [] }

/** When the phase, and the run, are expected to end. */
const etas = (progress: EpochProgress, step: Step, steps: number, perStep: number) => {
  const left = Format.clock((steps - step.step) * perStep)
  const { run } = secondsLeft({
    epochs: step.epochs,
    finished: step.epoch - 1,
    steps,
    step: step.step,
    secondsPerStep: perStep,
    epochSeconds: progress.epochSeconds
  })!
  return { short: [t`ETA ${left}`], long: [t`ETA ${left}, run ${Format.clock(run)}`] }
}

/** The progress as one line of at most `width` columns; "" between epochs. */
export const line = (progress: EpochProgress, width: number, now: number): string => {
  const { step } = progress
  if (step === null) return ""
  const elapsed = Math.max(now - progress.since, 1) / 1000
  const perStep = elapsed / progress.steps
  const expected = step.phase === "train" ? progress.stepsBefore : null
  const steps = step.steps ?? (expected !== null && expected > step.step ? expected : null)
  const head = heading(step)
  const total = step.steps === null ? (steps === null ? "" : `/~${steps}`) : `/${steps}`
  const count = `${String(step.step).padStart(total.length - (step.steps === null ? 2 : 1))}${total}`
  const wait = progress.waitMillis / Math.max(progress.stepMillis, 1)
  const data = wait < shownWait ? [] : [t`data ${Math.round(100 * wait)} %`]
  const loss = t`loss ${step.loss.toFixed(4)}`
  const speed = `${Format.count(progress.examples / elapsed).padStart(5)}/s`
  const { long, short } = steps === null ? unknown : etas(progress, step, steps, perStep)
  const wide = [count, loss, speed, ...data, ...long].join("  ")
  const tails = [
    ...(step.phase === "train" && barWidth(width, head, wide) >= 7 ? [wide] : []),
    [count, loss, speed, ...short].join("  "),
    [count, loss, ...short].join("  "),
    [count, loss].join("  "),
    loss
  ]
  // In a narrow terminal the least important figures are left out; none is cut.
  const tail = tails.find((text) => displayWidth(head) + 2 + displayWidth(text) <= width) ?? ""
  const columns = barWidth(width, head, tail)
  return columns >= 5 && steps !== null
    ? [head, bar(step.step / steps, columns), tail].join("  ")
    : cut([head, tail].join("  ").trimEnd(), width)
}

/** The columns available for a bar between `head` and `tail`. */
const barWidth = (width: number, head: string, tail: string): number =>
  Math.min(30, width - displayWidth(head) - displayWidth(tail) - 4)
