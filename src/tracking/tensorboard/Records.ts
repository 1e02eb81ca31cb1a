import type { Event } from "../../events/Event.js"
import { ofStep, pointsOf, stepNames, stepNamesWithNorm, type StepPoint } from "../Points.js"
import { shown } from "./Details.js"
import * as EventFile from "./EventFile.js"
import * as Summary from "./Summary.js"

/** Makes the records of an event file of what happens in a run; null where there is nothing to show. */
export interface Records {
  readonly ofStep: (step: StepPoint, seconds: number) => Uint8Array | null
  readonly ofEvent: (event: Event, seconds: number) => Uint8Array | null
}

/** How a run is shown. */
export interface Options {
  /** Steps between two that are shown. */
  readonly step_interval: number
  /** Whether pictures are drawn. */
  readonly images: boolean
  /** What the files have already, and is not shown again. */
  readonly has: (tag: string, step: number) => boolean
}

export const make = ({ has, images, step_interval }: Options): Records => {
  const plain = EventFile.scalars(stepNames)
  const withNorm = EventFile.scalars(stepNamesWithNorm)
  return {
    ofStep: (step, seconds) =>
      step.global_step % step_interval !== 0
        ? null
        : (step.gradient_norm === undefined ? plain : withNorm)(
            seconds,
            step.global_step,
            ofStep(step)
          ),
    ofEvent: (event, seconds) => {
      const points = pointsOf(event)
      if (points !== null) {
        const { global_step: step, values } = points
        const named = Object.entries(values)
          .map(([name, value]) => [name.includes("/") ? name : `metrics/${name}`, value] as const)
          .filter(([tag]) => !has(tag, step))
        return record(
          step,
          seconds,
          named.map(([tag, value]) => Summary.scalar(tag, value))
        )
      }
      if (event._tag !== "MetricDetail" || !images) return null
      const { global_step: step, metric, phase, value } = event
      const tag = `${phase}/${metric}`
      return has(tag, step) ? null : record(step, seconds, shown(tag, value))
    }
  }
}

/** A record that shows some values; null: none. */
export const record = (
  step: number,
  seconds: number,
  values: ReadonlyArray<Summary.Value>
): Uint8Array | null =>
  values.length === 0
    ? null
    : EventFile.encode({ wallTime: seconds, step, what: EventFile.summary(...values) })
