import { existsSync, mkdirSync, mkdtempSync, watch, writeFileSync } from "node:fs"
import { constants, tmpdir } from "node:os"
import { join } from "node:path"
import * as Random from "../../src/training/Random.js"
import * as Checkpoints from "./checkpoints.js"
import { compiled } from "./compiled.js"
import type { Ended, JsonEvent } from "./child.js"
import { eventsIn, pipeline, start, wait } from "./child.js"

/** When a disturbance begins: at a word of the output, or as a file is being saved. */
export type Moment =
  "the start" | "making" | "loading" | "RunStarted" | "CheckpointSaved" | "validation" | "a save"

/** Signals to a process: each so many milliseconds after the one before, the first after `from`. */
export interface Disturbance {
  readonly from: Moment
  readonly signals: ReadonlyArray<readonly [after: number, signal: NodeJS.Signals]>
}

/** One run that is disturbed again and again, each time in a new process. */
export interface Chain {
  /** Where it runs: its configuration and its checkpoints are in here. */
  readonly folder: string
  /** The pipeline, its arguments and options. */
  readonly args: ReadonlyArray<string>
}

/** What came of one process of a chain. */
export interface Session extends Ended {
  readonly events: ReadonlyArray<JsonEvent>
  /** The signals that reached it, with the time in milliseconds. */
  readonly sent: ReadonlyArray<readonly [time: number, signal: NodeJS.Signals]>
  /** What it must resume from next time, as far as it has said. */
  readonly known: Known | null
  /** What should not have happened. */
  readonly violations: ReadonlyArray<string>
}

/** What was saved, in training steps: `exact` if the run stopped there, else it may be further. */
interface Known {
  readonly steps: number
  readonly exact: boolean
}

/** The folder of the checkpoints of a chain. */
export const checkpoints = ({ folder }: Chain): string => join(folder, "checkpoints")

const typescript = pipeline("blobs")
let javascript: string | undefined

/** A new chain on the blobs, trained as `training` says. */
export const blobsChain = (options: {
  readonly training?: Readonly<Record<string, unknown>>
  readonly units?: number
  /** Milliseconds that a batch, and loading the data, take. */
  readonly batch?: number
  readonly load?: number
  /** Whether each process translates the pipeline itself, by default not. */
  readonly typescript?: boolean
}): Chain => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-e2e-"))
  const config = {
    training: {
      save_interval: 1,
      num_epochs: 6,
      batch_size: 16,
      learning_rate: 0.02,
      seed: 7,
      scheduler: { name: "cosine" },
      ...options.training
    },
    model: { units: options.units ?? 64 },
    data: { size: 100 }
  }
  writeFileSync(join(folder, "config.json"), JSON.stringify(config))
  const file = options.typescript === true ? typescript : (javascript ??= compiled(typescript))
  const args = [file, `batch=${options.batch ?? 0}`, `load=${options.load ?? 0}`]
  return { folder, args }
}

/** Runs one process of a chain, disturbs it, and checks all that must hold afterwards. */
export const session = async (
  chain: Chain,
  disturbance: Disturbance | null,
  known: Known | null = null
): Promise<Session> => {
  const folder = checkpoints(chain)
  mkdirSync(folder, { recursive: true })
  const child = start(["run", "--json", ...chain.args], chain.folder)
  const sent: Array<readonly [number, NodeJS.Signals]> = []
  if (disturbance !== null && (await comes(disturbance.from, child, folder))) {
    for (const [after, signal] of disturbance.signals) {
      if (after > 0) await wait(after)
      if (child.send(signal)) sent.push([performance.now(), signal])
    }
  }
  const ended = await child.ended
  const events = eventsIn(ended.out)
  const violations = [
    ...checkExit(ended, events, sent),
    ...Checkpoints.damage(folder),
    ...(ended.orphans ? ["it left processes behind"] : []),
    ...checkStart(events, known),
    ...checkSaved(events, ended.code, chain.folder)
  ]
  return { ...ended, events, sent, known: knownAfter(events, known), violations }
}

/**
 * Disturbs a run, process after process, until it ends or there are no more disturbances; then it
 * may end in peace. Gives each disturbance with what came of it.
 */
export const endure = async (
  chain: Chain,
  disturbances: Iterable<Disturbance>
): Promise<ReadonlyArray<readonly [Disturbance | null, Session]>> => {
  const sessions: Array<readonly [Disturbance | null, Session]> = []
  let known: Known | null = null
  for (const disturbance of [...disturbances, null]) {
    const came: Session = await session(chain, disturbance, known)
    known = came.known
    sessions.push([disturbance, came])
    if (came.code === 0 || came.violations.length > 0) break
  }
  return sessions
}

/** The whole run undisturbed, in a folder of its own. */
export const undisturbed = async (chain: Chain): Promise<Checkpoints.Essence> => {
  const { code, err, violations } = await session(chain, null)
  if (code !== 0 || violations.length > 0) {
    throw new Error(`the undisturbed run in ${chain.folder}: ${code} ${err} ${violations}`)
  }
  return end(chain)
}

/** What a chain has come to. */
export const end = (chain: Chain): Checkpoints.Essence => Checkpoints.essence(checkpoints(chain))

/** What went wrong in the sessions of a chain, with all that tells how to see it again. */
export const violations = (
  sessions: ReadonlyArray<readonly [Disturbance | null, Session]>
): Array<string> =>
  sessions.flatMap(([disturbance, { code, err, violations }]) =>
    violations.map(
      (violation) =>
        `${violation}; code ${code} after ${JSON.stringify(disturbance)}${err === "" ? "" : `: ${err}`}`
    )
  )

/** Draws disturbances of every kind. */
export const disturbances = (seed: number) => {
  const draw = Random.generator(Random.make(seed), "disturbances")
  const below = (limit: number) => Math.floor(limit * draw())
  const pick = <A>(of: ReadonlyArray<A>): A => of[below(of.length)]!
  const kind = () => pick(["SIGINT", "SIGTERM", "SIGHUP"] as const)
  /** Mostly while it trains, sometimes while it starts. */
  const moment = (): readonly [Moment, number] =>
    draw() < 0.2
      ? ["the start", below(1500)]
      : [pick(["loading", "RunStarted", "CheckpointSaved"]), below(700)]
  const volley = (after: number) =>
    Array.from(
      { length: 1 + below(5) },
      (_, i) => [i === 0 ? after : pick([0, below(30), below(600), below(1500)]), kind()] as const
    )
  return {
    kill: (): Disturbance => {
      const [from, after] = moment()
      return { from, signals: [[after, "SIGKILL"]] }
    },
    killAfterSave: (): Disturbance => ({
      from: "CheckpointSaved",
      signals: [[below(300), "SIGKILL"]]
    }),
    killInSave: (): Disturbance => ({ from: "a save", signals: [[below(12), "SIGKILL"]] }),
    killInFlush: (): Disturbance => ({
      from: pick(["RunStarted", "CheckpointSaved"]),
      signals: [
        [below(300), kind()],
        [below(40), "SIGKILL"]
      ]
    }),
    signal: (): Disturbance => {
      if (draw() < 0.3)
        return { from: pick(["validation", "a save"]), signals: [[below(5), kind()]] }
      const [from, after] = moment()
      return { from, signals: [[after, kind()]] }
    },
    burst: (): Disturbance => {
      const [from, after] = moment()
      return { from, signals: volley(after) }
    },
    burstAfterSave: (): Disturbance => ({ from: "CheckpointSaved", signals: volley(below(300)) })
  }
}

/** Waits for a moment; false if the process ended before it came. */
const comes = async (
  moment: Moment,
  child: ReturnType<typeof start>,
  folder: string
): Promise<boolean> => {
  switch (moment) {
    case "the start":
      return true
    case "validation":
      return child.shows('"phase":"validation"')
    case "a save": {
      // The files in the making are hidden ones, beside their places.
      const abort = new AbortController()
      const saving = new Promise<boolean>((resolve) => {
        watch(folder, { signal: abort.signal }, (_, name) => {
          if (name !== null && /^\.\w.*\.safetensors\..*\.tmp$/.test(name)) resolve(true)
        })
      })
      const seen = await Promise.race([saving, child.ended.then(() => false)])
      abort.abort()
      return seen
    }
    default:
      return child.shows(moment)
  }
}

/** Milliseconds within which two signals may reach a busy process in either order. */
const together = 2000

/** The exit code tells the first signal that came, or that the run had already finished. */
const checkExit = (
  { code, err, killedBy }: Ended,
  events: ReadonlyArray<JsonEvent>,
  sent: Session["sent"]
): ReadonlyArray<string> => {
  const finished = events.some(({ event }) => event === "Evaluated")
  if (code === 0) return finished ? [] : ["it ended with 0 before the run had"]
  const [first] = sent
  if (first === undefined) return ["it failed undisturbed"]
  const possible = sent.filter(([time]) => time - first[0] < together).map(([, signal]) => signal)
  const expected = possible.map((signal) => 128 + constants.signals[signal])
  if (!expected.includes(code)) return [`its code tells none of ${possible.join(", ")}`]
  if (killedBy === null || killedBy === "SIGKILL") {
    return err === "" || /^\n?stopping after this step/.test(err) ? [] : ["it complained"]
  }
  // Before its first line a process may still be without handlers, as any program is.
  return events.length === 0 ? [] : [`${killedBy} killed it while it ran`]
}

/** A run resumes from the very step where the last one said that it stopped, or from a later. */
const checkStart = (
  events: ReadonlyArray<JsonEvent>,
  known: Known | null
): ReadonlyArray<string> => {
  const started = events.find(({ event }) => event === "RunStarted")
  if (started === undefined || known === null) return []
  const from = started["from"]
  if (from === null) return [`it began again, though ${known.steps} steps were saved`]
  const steps = stepsAt(from, started)
  return steps < known.steps || (known.exact && steps !== known.steps)
    ? [`it continued after ${steps} steps, not after ${known.steps}`]
    : []
}

const knownAfter = (events: ReadonlyArray<JsonEvent>, before: Known | null): Known | null => {
  const started = events.find(({ event }) => event === "RunStarted")
  const stopped = events.find(({ event, path }) => event === "Interrupted" && path !== null)
  const saved = events.filter(({ event }) => event === "CheckpointSaved").concat(stopped ?? [])
  // A process that was killed may have saved more than it came to say.
  if (started === undefined || saved.length === 0) return before && { ...before, exact: false }
  const steps = Math.max(...saved.map(({ position }) => stepsAt(position, started)))
  return { steps, exact: stopped !== undefined && stepsAt(stopped["position"], started) === steps }
}

/** Steps in all, so that the end of an epoch's training and the end of the epoch are the same. */
const stepsAt = (position: unknown, started: JsonEvent): number => {
  const { epoch, step } = position as { readonly epoch: number; readonly step: number }
  return epoch * (started["steps_per_epoch"] as number) + step
}

/** An interrupted run says so, and what it says to have saved is there. */
const checkSaved = (
  events: ReadonlyArray<JsonEvent>,
  code: number,
  folder: string
): ReadonlyArray<string> => {
  const stopped = events.find(({ event }) => event === "Interrupted")
  if (stopped === undefined) return []
  const path = stopped["path"] as string | null
  const saves = events.filter(({ event }) => event === "CheckpointSaved")
  return [
    ...(code === 0 ? ["it was interrupted and ended with 0"] : []),
    ...(path !== null && !existsSync(join(folder, path)) ? [`${path} is not there`] : []),
    ...(path === null && saves.length > 0 ? ["it had saved, and says that it had not"] : [])
  ]
}
