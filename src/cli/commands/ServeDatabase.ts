import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { stringify } from "../../events/JsonLines.js"
import { t } from "../../language/Text.js"
import * as Database from "../../sweep/postgres/Database.js"
import * as Worker from "../../sweep/postgres/Worker.js"
import type { WorkerEvent } from "../../sweep/postgres/WorkerEvent.js"
import { Output } from "../../terminal/Output.js"

/** Works on the sweeps of a database, and says what it does. */
export const serveDatabase = Effect.fn("ServeDatabase")(function* ({
  address,
  json,
  ...options
}: Omit<Worker.Options, "report"> & { readonly address: string; readonly json: boolean }) {
  // It may be starting, as this worker is: by a reboot, or by the same scheduler.
  const database = yield* Effect.retry(Database.connect(address), {
    while: ({ isTemporary }) => isTemporary,
    schedule: Schedule.intersect(Schedule.spaced(1000), Schedule.recurs(30))
  })
  yield* serve(database, { ...options, json })
}, Effect.scoped)

/** The same with a database that is connected. */
export const serve = Effect.fnUntraced(function* (
  database: Database.Database,
  { json, ...options }: Omit<Worker.Options, "report"> & { readonly json: boolean }
) {
  const { out } = yield* Output
  const report = (event: WorkerEvent) =>
    Effect.gen(function* () {
      const time = new Date(yield* Clock.currentTimeMillis).toISOString()
      const { _tag, ...fields } = event
      yield* out(
        json
          ? `${stringify({ event: _tag, time, ...fields })}\n`
          : `${time.slice(0, 19)}Z ${draw(event)}\n`
      )
    })
  yield* Worker.serve(database, { ...options, report })
})

/** An event for people. */
const draw = (event: WorkerEvent): string => {
  switch (event._tag) {
    case "Ready":
      return event.slots === 1
        ? t`worker ${event.worker} of ${event.database}: waits for trials, one at a time`
        : t`worker ${event.worker} of ${event.database}: waits for trials, ${event.slots} at a time`
    case "Started":
      return event.isTakenOver
        ? t`${event.sweep}: trial ${event.trial} taken over from a worker that no longer answers, until epoch ${event.until}`
        : t`${event.sweep}: trial ${event.trial} started, until epoch ${event.until}`
    case "Completed":
      return event.status === "failed"
        ? t`${event.sweep}: trial ${event.trial} failed`
        : t`${event.sweep}: trial ${event.trial} finished its epochs: ${event.value}`
    case "Released":
      return event.reason === "Locked"
        ? t`${event.sweep}: trial ${event.trial} is in use by another process; tried again`
        : t`${event.sweep}: trial ${event.trial} saved, and given back`
    case "Lost":
      return t`${event.sweep}: trial ${event.trial} stopped, because its claim was not renewed in time; whoever comes first resumes it`
    case "Problem":
      return t`${event.sweep}: ${event.message}`
    case "Away":
      return t`${event.message}; tried again every half second`
    case "Back":
      return t`the database answers again`
  }
}
