import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Cores from "../../io/Cores.js"
import { join } from "node:path"
import { epochsOf } from "../../sweep/search/Trials.js"
import * as Lines from "../../sweep/Lines.js"
import { readView } from "../../sweep/readView.js"
import { recordsOf, revivedFile } from "../../sweep/SweepFolder.js"
import { SweepError } from "../../sweep/SweepError.js"
import type { Ticket } from "../../sweep/Ticket.js"
import { Revived } from "../../sweep/Ticket.js"
import * as Trial from "../../sweep/Trial.js"
import { t } from "../../language/Text.js"
import { display } from "./DisplaySweep.js"

/**
 * `holdfast sweep revive`: trains trials that the scheduler has stopped early to their last epoch. They
 * get no ticket for it, so that the sweep itself computes what it would without.
 */
export const revive = Effect.fn("Sweep.revive")(function* (
  place: string,
  numbers: ReadonlyArray<number>,
  options: { readonly workers: Option.Option<number>; readonly json: boolean }
) {
  const folder = yield* recordsOf(place)
  const { definition, tickets, view } = yield* readView(folder)
  const refuse = (trial: number, detail: string) =>
    new SweepError({ reason: { _tag: "Trial", trial, detail } })
  const chosen = yield* Effect.forEach(new Set(numbers), (number) =>
    Effect.gen(function* () {
      const trial = view.trials.find((one) => one.number === number)
      if (trial === undefined)
        return yield* refuse(number, t`does not exist; see holdfast sweep status`)
      if (trial.state !== "paused") {
        return yield* refuse(
          number,
          t`is ${trial.state}; only a trial that is paused can be revived`
        )
      }
      return tickets.values.findLast((ticket) => ticket.trial === number)!
    })
  )
  const emit = yield* display(definition, options.json)
  const path = join(folder, revivedFile)
  const workers = Option.getOrElse(options.workers, Cores.available)
  const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
  const train = (last: Ticket, worker: number) =>
    Effect.gen(function* () {
      const ticket = { ...last, until: epochsOf(definition, last.parameters) }
      yield* emit({ _tag: "TicketStarted", ticket, worker })
      const outcome = yield* Trial.work({ definition, folder }, ticket)
      if (outcome === "again") {
        return yield* refuse(
          last.trial,
          t`is in use by another process; try again when that has ended`
        )
      }
      yield* emit({ _tag: "TicketFinished", ticket, outcome })
      if (outcome.status === "failed") return
      yield* oneAtATime(
        Effect.flatMap(Lines.read(Revived, path), (lines) =>
          Lines.append(Revived, path, [{ trial: last.trial, values: outcome.values }], lines)
        )
      )
    })
  yield* Effect.forEach(chosen, train, { concurrency: workers, discard: true })
})
