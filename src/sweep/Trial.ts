import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import type { EpochRecord } from "../checkpointing/Checkpoint.js"
import type { IntactEntry } from "../checkpointing/CheckpointEntry.js"
import * as CheckpointEntries from "../checkpointing/CheckpointEntry.js"
import { metricsOf } from "../checkpointing/EpochMetrics.js"
import type { CheckpointError } from "../checkpointing/CheckpointError.js"
import { CheckpointStore } from "../checkpointing/store/CheckpointStore.js"
import { temporary } from "../process/Signal.js"
import { t } from "../language/Text.js"
import { strategyOf, type Definition } from "./Definition.js"
import { runWords } from "./RunWords.js"
import { epochsOf } from "./search/Trials.js"
import { SweepError } from "./SweepError.js"
import { checkpointsOf, trialFolder } from "./SweepFolder.js"
import type { Outcome, Ticket } from "./Ticket.js"
import * as TrialProcess from "./TrialProcess.js"

/** What a ticket of a sweep is worked on with. */
export interface Workplace {
  readonly definition: Definition
  /** The folder of the sweep. */
  readonly folder: string
  /** Whether the lock of the trial is taken over at once, from a host that is known to be dead. */
  readonly force?: boolean
  /** Gets the id of each process that is started. */
  readonly onStart?: (pid: number) => void
  /** Gets the events of the trial's process. */
  readonly onEvent?: (event: Readonly<Record<string, unknown>>) => void
}

/** Why a ticket was not done: another process has the trial. */
export type Again = "again"

/** A process that died so often without getting any further will not get further. */
const mostDeaths = 5

/** The command line of `holdfast`, as this installation has it. */
const program = [process.execPath, fileURLToPath(new URL("../cli/bin.js", import.meta.url))]

/**
 * Works on a ticket: runs `holdfast run` for its trial in a process of its own, until the trial has
 * finished the ticket's epochs. A process that dies is started again, from the trial's checkpoint. Once
 * interrupted, the process saves and ends; whoever works on the ticket next resumes there.
 */
export const work = Effect.fn("Trial.work")(function* (at: Workplace, ticket: Ticket) {
  const { definition, folder } = at
  const own = trialFolder(folder, ticket.trial)
  const checkpoints = checkpointsOf(folder, definition, ticket.trial)
  const failed = (error: string): Outcome => ({
    ticket: ticket.number,
    status: "failed",
    // Those that a checkpoint happens to hold are not the same in every run of the sweep.
    values: [],
    error
  })
  let deaths = 0
  let before = ""
  for (;;) {
    const entries = yield* intactIn(checkpoints)
    const fork =
      ticket.fork !== undefined && entries.length === 0 ? yield* forked(at, ticket.fork) : null
    const { code, error, signal } = yield* TrialProcess.run({
      command: [
        ...program,
        ...runWords(definition, {
          folder,
          parameters: ticket.parameters,
          checkpointDir: checkpoints
        }),
        "--backend",
        definition.backend,
        "--resume",
        fork ?? "ask",
        "--name",
        `${definition.name}-${ticket.trial}`,
        ...(ticket.until < epochsOf(definition, ticket.parameters)
          ? ["--until-epoch", String(ticket.until)]
          : []),
        "--json",
        "--grace",
        String(TrialProcess.grace),
        ...(at.force === true ? ["--force"] : [])
      ],
      folder: own,
      onStart: at.onStart ?? (() => {}),
      onEvent: at.onEvent ?? (() => {})
    })
    if (code === 0) return yield* outcomeOf(at, ticket, failed)
    if (code === temporary) return "again"
    if (code !== null && code < 128) return failed(error)
    const [latest] = yield* intactIn(checkpoints)
    const position = `${latest?.meta.epoch}/${latest?.meta.step}`
    deaths = position === before ? deaths + 1 : 1
    before = position
    if (deaths >= mostDeaths) {
      return failed(
        t`its process was ended by ${signal ?? String(code)} ${deaths} times at the same step: ${error}`
      )
    }
  }
})

/** What a trial has reached, by the history in its newest checkpoint. */
const outcomeOf = (at: Workplace, ticket: Ticket, failed: (error: string) => Outcome) =>
  Effect.gen(function* () {
    const { metric } = at.definition
    const entries = yield* intactIn(checkpointsOf(at.folder, at.definition, ticket.trial))
    const history = entries[0]?.meta.train_history ?? []
    const isKnown = history.length === 0 || history.some((record) => metric in record)
    if (!isKnown) {
      return yield* new SweepError({
        reason: { _tag: "NoMetric", metric, trial: ticket.trial, known: metricsOf(history) }
      })
    }
    const values = valuesOf(history, metric, ticket)
    if (values.length === 0) return failed(t`${metric} is finite in none of its epochs`)
    if (strategyOf(at.definition).scheduler.forks === true)
      yield* keep(entries, values.at(-1)!.epoch)
    const outcome: Outcome = { ticket: ticket.number, status: "completed", values }
    return outcome
  })

/** The values of a metric after the epochs of a ticket and of those before it. */
const valuesOf = (
  history: ReadonlyArray<EpochRecord>,
  metric: string,
  { fork, until }: Pick<Ticket, "fork" | "until">
): Outcome["values"] =>
  history.flatMap((record) => {
    const value = record[metric]
    const isOwn = record.epoch <= until && record.epoch > (fork?.epoch ?? 0)
    return isOwn && value !== undefined && Number.isFinite(value)
      ? [{ epoch: record.epoch, value }]
      : []
  })

/** The intact checkpoints in a folder, the newest first. */
const intactIn = (folder: string) =>
  Effect.gen(function* () {
    const store = yield* CheckpointStore
    return CheckpointEntries.newestFirst(CheckpointEntries.intact(yield* store.list(folder)))
  })

const isEndOf =
  (epoch: number) =>
  ({ meta }: IntactEntry): boolean =>
    meta.epoch === epoch && meta.step === 0 && meta.position.stage === null

/**
 * Keeps the checkpoint of an epoch, from which other trials may start, and the one kept before it. By
 * the time that a third is there, no trial can still start from the first.
 */
const keep = (
  entries: ReadonlyArray<IntactEntry>,
  epoch: number
): Effect.Effect<void, CheckpointError, CheckpointStore> =>
  Effect.gen(function* () {
    const store = yield* CheckpointStore
    const end = entries.find(isEndOf(epoch))
    if (end !== undefined) yield* store.pin(end.path)
    const old = entries.filter(({ meta, pinned }) => pinned && meta.epoch < epoch).slice(1)
    yield* Effect.forEach(old, ({ path }) => store.unpin(path), { discard: true })
  })

/** The checkpoint that a trial starts from. */
const forked = ({ definition, folder }: Workplace, { epoch, trial }: NonNullable<Ticket["fork"]>) =>
  Effect.gen(function* () {
    const from = checkpointsOf(folder, definition, trial)
    const found = (yield* intactIn(from)).find(isEndOf(epoch))
    if (found !== undefined) return found.path
    return yield* new SweepError({ reason: { _tag: "NoFork", folder: from, epoch } })
  })
