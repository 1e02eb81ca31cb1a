import { mkdirSync, readFileSync } from "node:fs"
import type { Host, HostProcess, SpawnOptions } from "./Host.js"

/** An event of a run, as `--json` writes it. */
export interface RunEvent {
  readonly event: string
  readonly time: string
  readonly message?: string
  readonly measured?: { readonly global_step?: number }
}

/** The events in what a process has written so far. */
const eventsOf = (output: string): ReadonlyArray<RunEvent> =>
  output.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as RunEvent]
    } catch {
      return []
    }
  })

/** The step after which an event was reported. */
export const stepOf = ({ measured }: RunEvent): number => measured?.global_step ?? 0

/**
 * Seconds for which the main thread of a process could have run but waited for a processor; 0 once it
 * has ended.
 */
const waitedOf = (pid: number): number => {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[1]) / 1e9
  } catch {
    return 0
  }
}

/** A process that trains, one after another on a host. */
interface Attempt {
  readonly process: HostProcess
  /** When it was started, in milliseconds since 1970. */
  readonly started: number
  /** The largest value seen of `waitedOf`. */
  waited: number
}

/** A host that trains as a scheduler has it: again, at once, after each exit with 75. */
export class HostTraining {
  readonly codes: Array<number> = []
  readonly attempts: Array<Attempt> = []
  /** No process is started any more. */
  isOver = false
  /** Ends when no process is left and none will follow. */
  readonly ended: Promise<void>

  constructor(
    readonly host: Host,
    args: ReadonlyArray<string>,
    cwd: string,
    env: NodeJS.ProcessEnv = process.env
  ) {
    mkdirSync(cwd, { recursive: true })
    this.ended = this.train(args, { cwd, env })
  }

  private async train(args: ReadonlyArray<string>, options: SpawnOptions): Promise<void> {
    while (!this.isOver) {
      const started = Date.now()
      const process_ = await this.host.spawn(process.execPath, args, options)
      this.attempts.push({ process: process_, started, waited: 0 })
      const code = await process_.ended
      this.codes.push(code)
      if (code !== 75) return
    }
  }

  /** The process that trains now, or was the last to. */
  get current(): HostProcess {
    return this.attempts.at(-1)!.process
  }

  /** What the last process has written. */
  output(): string {
    return this.attempts.at(-1)?.process.output() ?? ""
  }

  /** The steps of the last process. */
  steps(): ReadonlyArray<RunEvent> {
    return eventsOf(this.output()).filter(({ event }) => event === "StepFinished")
  }

  /** Seconds for which all its processes so far have waited for a processor; to be called now and then. */
  waited(): number {
    for (const one of this.attempts) one.waited = Math.max(one.waited, waitedOf(one.process.pid))
    return this.attempts.reduce((sum, { waited }) => sum + waited, 0)
  }

  /** What its processes did, with the time of each moment. */
  moments(): ReadonlyArray<readonly [time: number, what: string]> {
    return this.attempts.flatMap(({ process, started }, i) => [
      [started, `process ${i + 1} starts`] as const,
      ...eventsOf(process.output())
        .filter(({ event }) => event !== "StepFinished" && event !== "CheckpointSaved")
        .map(({ event, message = "", time }) => [Date.parse(time), `${event} ${message}`] as const),
      ...eventsOf(process.output())
        .filter(({ event }) => event === "StepFinished")
        .slice(0, 1)
        .map(({ time }) => [Date.parse(time), "its first step"] as const)
    ])
  }
}
