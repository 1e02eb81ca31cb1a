import type { Event, StepMeasurement } from "../events/Event.js"

/** Numbers by name at a step of a run, as trackers take them. */
export interface Points {
  readonly global_step: number
  readonly values: Readonly<Record<string, number>>
}

/**
 * The numbers in an event, or a line of the log with the same fields: of a finished epoch its record, of a
 * validation and an evaluation their metrics. Null where there are none; steps have `ofStep`.
 */
export const pointsOf = (event: Event): Points | null => {
  switch (event._tag) {
    case "EpochFinished": {
      const { epoch, learning_rate: _, seconds, ...metrics } = event.record
      const values = { ...metrics, epoch, "speed/epoch_seconds": seconds }
      return { global_step: event.global_step, values }
    }
    case "Validated":
      return { global_step: event.global_step, values: event.metrics }
    case "Evaluated": {
      const values = Object.entries(event.metrics).map(
        ([name, value]) => [`${event.split}_${name}`, value] as const
      )
      return { global_step: event.global_step, values: Object.fromEntries(values) }
    }
    default:
      return null
  }
}

/** What is shown of every step, and of those that have measured the norm of their gradients. */
export const stepNames = [
  "step/loss",
  "step/learning_rate",
  "speed/examples_per_second",
  "speed/data_wait_ms",
  "speed/step_ms"
] as const
export const stepNamesWithNorm = [...stepNames, "step/gradient_norm"] as const

/** A step as its events and the lines of the log have it. */
export interface StepPoint extends StepMeasurement {
  readonly examples: number
}

/** The values of `stepNames`, or of `stepNamesWithNorm`. */
export const ofStep = (step: StepPoint): ReadonlyArray<number> => {
  const values = [
    step.loss,
    step.learning_rate,
    (1000 * step.examples) / step.step_ms,
    step.data_wait_ms,
    step.step_ms
  ]
  if (step.gradient_norm !== undefined) values.push(step.gradient_norm)
  return values
}

/** Whether a name is one of a step's. */
export const isOfStep = (name: string): boolean =>
  (stepNamesWithNorm as ReadonlyArray<string>).includes(name)

/** The fields of a config by their paths, `training.optimizer.name`; lists as JSON, null left out. */
export const settingsOf = (
  config: unknown,
  path = ""
): Readonly<Record<string, string | number | boolean>> => {
  if (typeof config === "object" && config !== null && !Array.isArray(config)) {
    return Object.assign(
      {},
      ...Object.entries(config).map(([name, value]) =>
        settingsOf(value, path === "" ? name : `${path}.${name}`)
      )
    )
  }
  if (config === null || config === undefined) return {}
  return {
    [path]:
      typeof config === "number" || typeof config === "boolean" || typeof config === "string"
        ? config
        : JSON.stringify(config)
  }
}
