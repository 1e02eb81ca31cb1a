/**
 * A main program as short as can be: says "working" until it is stopped, or ends at once as its
 * first argument says; its finalizer takes the milliseconds of the second, and writes "flushed" to
 * the file of the third, else to standard output. The fourth is how many seconds SIGTERM leaves it,
 * and a fifth has it ask to be run again.
 */
import * as Effect from "effect/Effect"
import { appendFileSync } from "node:fs"
import { runMain } from "../../../dist/cli/RunMain.js"
import { Inbox } from "../../../dist/process/Signals.js"

const [end, delay, file, grace, requeue] = process.argv.slice(2)
const inbox = new Inbox()
if (grace !== undefined) inbox.grace = Number(grace)
if (requeue !== undefined) inbox.requeue = true
const write = (text) => Effect.sync(() => process.stdout.write(`${text}\n`))

const ends = {
  work: Effect.forever(Effect.delay(write("working"), 10)),
  succeed: Effect.void,
  fail: Effect.fail(new Error("a foreseen failure")),
  die: Effect.die(new TypeError("an oversight"))
}

runMain(
  Effect.ensuring(
    ends[end],
    Effect.sleep(Number(delay)).pipe(
      Effect.zipRight(
        !file ? write("flushed") : Effect.sync(() => appendFileSync(file, "flushed\n"))
      )
    )
  ),
  inbox
)
