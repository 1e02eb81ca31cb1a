import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { stringify } from "../../events/JsonLines.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"
import type { Definition } from "../../sweep/Definition.js"
import type { Sample } from "../../sweep/space/Space.js"
import { pathsOf } from "../../sweep/space/Space.js"
import type { SweepEvent } from "../../sweep/SweepEvent.js"
import * as Format from "../../terminal/Format.js"
import { Output } from "../../terminal/Output.js"

/** The value of a parameter as lines and tables show it. */
export const valueText = (value: unknown): string =>
  typeof value === "number" ? Format.number(value) : Format.value(value)

/** Parameters as a line shows them: the last name of each path, and the value. */
const parametersText = (parameters: Sample): string =>
  pathsOf(parameters)
    .map((path) => `${path.slice(path.lastIndexOf(".") + 1)} ${valueText(parameters[path])}`)
    .join("  ")

/** Shows what happens in a sweep: a line for each ticket as it starts and ends; or every event as JSON. */
export const display = Effect.fnUntraced(function* (definition: Definition, json: boolean) {
  const { err, out } = yield* Output
  if (json) {
    return (event: SweepEvent) =>
      Effect.gen(function* () {
        const { _tag, ...fields } = event
        const time = new Date(yield* Clock.currentTimeMillis).toISOString()
        yield* out(`${stringify({ event: _tag, time, ...fields })}\n`)
      })
  }
  const { metric, mode } = definition
  let best: number | null = null
  return (event: SweepEvent): Effect.Effect<void> => {
    switch (event._tag) {
      case "SweepStarted": {
        const { done, folder, name, workers } = event
        const begun =
          done === 0 ? t`sweep ${name}` : t`sweep ${name}: resumed after ${done} tickets`
        return out(
          `${begun}\n${t`trials are in ${Printable.value(folder)}, ${workers} trained at once; watch them: holdfast ui ${Printable.value(folder)}`}\n`
        )
      }
      case "TicketStarted": {
        const { fork, parameters, trial, until } = event.ticket
        const from =
          fork === undefined ? "" : t`, from trial ${fork.trial} after epoch ${fork.epoch}`
        return out(t`trial ${trial} to epoch ${until}${from}: ${parametersText(parameters)}\n`)
      }
      case "TicketFinished": {
        const { outcome, ticket } = event
        if (outcome.status === "failed") {
          return err(t`trial ${ticket.trial} failed: ${outcome.error ?? ""}\n`)
        }
        const values = outcome.values.map(({ value }) => value)
        const own = mode === "min" ? Math.min(...values) : Math.max(...values)
        const isBest = best === null || (mode === "min" ? own < best : own > best)
        if (isBest) best = own
        const { epoch, value } = outcome.values.at(-1)!
        const line = t`trial ${ticket.trial} after epoch ${epoch}: ${metric} ${Format.number(value)}, best ${Format.number(own)}`
        return out(isBest ? `${line}  ${t`best so far`}\n` : `${line}\n`)
      }
      case "TicketDelayed":
        return out(t`trial ${event.ticket.trial} is in use by another process; it is tried again\n`)
      case "TrialEpoch":
        return Effect.void
      case "SweepStopped":
        return out(t`stopped; the same command resumes it\n`)
      case "SweepFinished": {
        const { completed, failed, paused } = event
        const folder = Printable.value(event.folder)
        return out(
          paused === 0
            ? t`finished: ${completed} trials completed, ${failed} failed; the best one: holdfast sweep best ${folder}\n`
            : t`finished: ${completed} trials completed, ${paused} stopped early, ${failed} failed; the best one: holdfast sweep best ${folder}\n`
        )
      }
    }
  }
})
