import { t } from "../language/Text.js"
import type { Event } from "../events/Event.js"
import * as Format from "./Format.js"
import { cut, displayWidth } from "./Table.js"

type Step = Extract<Event, { readonly _tag: "StepFinished" }>

/** How far the epoch under way has come and how fast; times in milliseconds. */
export interface Meter {
  /** The last step; null between epochs. */
  readonly step: Step | null
  /** When the phase that `step` belongs to began, as far as was seen, and what was done since. */
  readonly since: number
  readonly steps: number
  readonly examples: number
  /** When anything was last heard. */
  readonly heard: number
  /** The epochs that were seen from end to end, and the seconds that they took together. */
  readonly epochs: number
  readonly seconds: number
}

/** A meter that has seen nothing yet. */
export const start = (now: number): Meter => ({
  step: null,
  since: now,
  steps: 0,
  examples: 0,
  heard: now,
  epochs: 0,
  seconds: 0
})

/** The meter after `event`. */
export const advance = (meter: Meter, event: Event, now: number): Meter => {
  switch (event._tag) {
    case "StepFinished": {
      const same = meter.step?.phase === event.phase && meter.step.epoch === event.epoch
      // Field by field, as this is done every step: to copy objects and change them takes longer.
      return {
        step: event,
        since: same ? meter.since : meter.heard,
        steps: (same ? meter.steps : 0) + 1,
        examples: (same ? meter.examples : 0) + event.examples,
        heard: now,
        epochs: meter.epochs,
        seconds: meter.seconds
      }
    }
    case "EpochFinished":
      return {
        ...meter,
        step: null,
        heard: now,
        epochs: meter.epochs + 1,
        seconds: meter.seconds + event.record.seconds
      }
    default:
      return { ...meter, heard: now }
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

/** The meter as one line of at most `width` characters; "" between epochs. */
export const line = (meter: Meter, width: number, now: number): string => {
  const { step } = meter
  if (step === null) return ""
  const elapsed = Math.max(now - meter.since, 1) / 1000
  const perStep = elapsed / meter.steps
  const left = (step.steps - step.step) * perStep
  const perEpoch = meter.epochs === 0 ? step.steps * perStep : meter.seconds / meter.epochs
  const run = left + (step.epochs - step.epoch) * perEpoch
  const head = heading(step)
  const count = `${String(step.step).padStart(String(step.steps).length)}/${step.steps}`
  const loss = t`loss ${step.loss.toFixed(4)}`
  const speed = `${Format.count(meter.examples / elapsed).padStart(5)}/s`
  const short = t`left ${Format.clock(left)}`
  const long = t`left: epoch ${Format.clock(left)}, run ${Format.clock(run)}`
  const wide = [count, loss, speed, long].join("  ")
  const tails = [
    ...(step.phase === "train" && barWidth(width, head, wide) >= 7 ? [wide] : []),
    [count, loss, speed, short].join("  "),
    [count, loss, short].join("  "),
    [count, loss].join("  "),
    loss
  ]
  // A narrow terminal loses whole figures, the least of them first, not the ends of numbers.
  const tail = tails.find((text) => displayWidth(head) + 2 + displayWidth(text) <= width) ?? ""
  const columns = barWidth(width, head, tail)
  return columns >= 5
    ? [head, bar(step.step / step.steps, columns), tail].join("  ")
    : cut([head, tail].join("  ").trimEnd(), width)
}

/** The columns that are left for a bar between `head` and `tail`. */
const barWidth = (width: number, head: string, tail: string): number =>
  Math.min(30, width - displayWidth(head) - displayWidth(tail) - 4)
