import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { createWriteStream } from "node:fs"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import * as Predicate from "effect/Predicate"

/** How the process of a trial ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  /** What it said last of why it failed; "": nothing. */
  readonly error: string
}

/** The file in a trial's folder with what its processes have printed, but for their steps. */
const outputFile = "output.log"

/** Seconds that a process has to save and end after SIGTERM: less than the sweep itself has. */
export const grace = 20

/**
 * Runs a process of a trial until it ends. Interrupted, tells it to save and end, and waits until it
 * has. Should this process die, the other meets a closed pipe with what it prints next, saves and ends.
 *
 * @param onEvent - gets each event that it prints as a line of JSON
 */
export const run = (options: {
  readonly command: ReadonlyArray<string>
  readonly folder: string
  readonly onStart: (pid: number) => void
  readonly onEvent: (event: Readonly<Record<string, unknown>>) => void
}): Effect.Effect<Ended> =>
  Effect.gen(function* () {
    const { command, folder, onEvent, onStart } = options
    yield* Effect.promise(() => mkdir(folder, { recursive: true }))
    return yield* Effect.async<Ended>((resume) => {
      const log = createWriteStream(join(folder, outputFile), { flags: "a" })
      // A full disk must not end the sweep: the trial itself will say so.
      log.on("error", () => {})
      const [program, ...args] = command
      const child = spawn(program!, args, {
        stdio: ["ignore", "pipe", "pipe"],
        // Ctrl+C on a terminal reaches this process, which tells its children once.
        detached: true
      })
      if (child.pid !== undefined) onStart(child.pid)
      let error = ""
      createInterface({ input: child.stdout }).on("line", (line) => {
        const event = parse(line)
        if (event?.["event"] !== "StepFinished") log.write(`${line}\n`)
        if (event === null) return
        if (event["event"] === "Failed") error = String(event["message"])
        onEvent(event)
      })
      createInterface({ input: child.stderr }).on("line", (line) => {
        log.write(`${line}\n`)
        if (error === "" || !line.startsWith("error:")) error ||= line
      })
      const ended = new Promise<Ended>((done) => {
        child.once("error", (cause) => done({ code: 1, signal: null, error: cause.message }))
        // Not "exit": what it printed may still be in the pipe.
        child.once("close", (code, signal) => done({ code, signal, error }))
      })
      void ended.then((how) => log.end(() => resume(Effect.succeed(how))))
      return Effect.promise(async () => {
        child.kill("SIGTERM")
        const kill = setTimeout(() => child.kill("SIGKILL"), (grace + 5) * 1000)
        await ended
        clearTimeout(kill)
      })
    })
  })

const parse = (line: string): Readonly<Record<string, unknown>> | null => {
  if (!line.startsWith("{")) return null
  try {
    const value: unknown = JSON.parse(line)
    return Predicate.isRecord(value) ? value : null
  } catch {
    return null
  }
}
