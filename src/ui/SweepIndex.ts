import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import type { CheckpointStore } from "../checkpointing/store/CheckpointStore.js"
import { sweepFile, ticketsFile } from "../checkpointing/FileNames.js"
import { t } from "../language/Text.js"
import { numberOf } from "../runlog/Line.js"
import * as RunLog from "../runlog/RunLog.js"
import { readView, type ReadSweep } from "../sweep/readView.js"
import { outcomesFile, revivedFile } from "../sweep/SweepFolder.js"
import type { SweepView } from "../sweep/SweepView.js"
import type * as Api from "./Api.js"
import { ApiFailure } from "./ApiFailure.js"
import { statOf, type KnownRun, type OpenedRun, type RunIndex } from "./RunIndex.js"
import * as SweepSummary from "./SweepSummary.js"

/** A sweep as it was when its files and its runs were last looked at. */
export interface KnownSweep {
  readonly id: string
  readonly detail: Api.SweepDetail
  /** Counts the changes of all sweeps: one that is greater is later. */
  readonly version: number
}

/** The sweeps in the folder of an index of runs. */
export interface SweepIndex {
  /** Looks again at those whose files or runs have changed. */
  readonly refresh: Effect.Effect<void>
  readonly known: () => {
    readonly sweeps: ReadonlyMap<string, KnownSweep>
    readonly version: number
  }
  /** A sweep as it is now. */
  readonly open: (id: string) => Effect.Effect<Api.SweepDetail, ApiFailure>
}

/** A metric after each epoch, as the log of a run has it. */
const epochValues = (run: OpenedRun, metric: string): SweepSummary.RunValues["values"] =>
  run._tag === "Log"
    ? run.record.epochs.flatMap(({ record }) =>
        metric in record ? [{ epoch: record.epoch, value: numberOf(record[metric]) }] : []
      )
    : []

/** The sweeps among the runs of `index`. */
export const make = (index: RunIndex) =>
  Effect.gen(function* () {
    const services = yield* Effect.context<FileSystem.FileSystem | CheckpointStore>()
    const sweeps = new Map<string, KnownSweep>()
    const read = new Map<string, { readonly stamp: string; readonly view: ReadSweep | null }>()
    let version = 0
    const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)

    /** The runs of trials, those that are further than the last outcome with their newest values. */
    const valuesOf = Effect.fnUntraced(function* (
      { metric, trials }: SweepView,
      runs: ReadonlyArray<KnownRun>
    ) {
      const found = new Map<string, SweepSummary.RunValues>()
      const reached = new Map(
        trials.map(({ folder, values }) => [path.basename(folder), values.at(-1)?.epoch ?? 0])
      )
      for (const { id, summary } of runs) {
        const isFurther = summary.epoch > (reached.get(path.basename(id)) ?? Infinity)
        const values = isFurther
          ? yield* Effect.orElseSucceed(
              Effect.map(index.open(id), ([, run]) => epochValues(run, metric)),
              () => []
            )
          : []
        found.set(id, { summary, values })
      }
      return found
    })

    /** Reads a sweep; one that cannot be read becomes a row that says why. */
    const readSweep = (id: string, folder: string, runs: ReadonlyArray<KnownRun>) =>
      Effect.gen(function* () {
        const view = yield* readView(folder, read.get(id)?.view ?? null)
        const values = yield* valuesOf(view.view, runs)
        return { view, detail: SweepSummary.ofView(id, index.root, view.view, values) }
      }).pipe(
        Effect.catchAll(({ message }) =>
          Effect.succeed({ view: null, detail: SweepSummary.unreadable(id, index.root, message) })
        ),
        // What other hands wrote may be anything.
        Effect.catchAllDefect((defect) => {
          const problem = t`it holds what no sweep writes: ${String(defect)}`
          return Effect.succeed({
            view: null,
            detail: SweepSummary.unreadable(id, index.root, problem)
          })
        })
      )

    const refresh = Effect.gen(function* () {
      const trials = new Map<string, Array<KnownRun>>()
      for (const run of index.known().runs.values()) {
        const { sweep } = run.summary
        if (sweep === null) continue
        const siblings = trials.get(sweep) ?? []
        siblings.push(run)
        trials.set(sweep, siblings)
      }
      const folders = index.sweeps()
      for (const id of sweeps.keys()) {
        if (folders.has(id)) continue
        sweeps.delete(id)
        read.delete(id)
        version++
      }
      for (const [id, folder] of folders) {
        const runs = trials.get(id) ?? []
        const newest = runs.reduce((most, run) => Math.max(most, run.version), 0)
        const files = [sweepFile, ticketsFile, outcomesFile, revivedFile].map((name) =>
          statOf(path.join(folder, name))
        )
        const stamp = [...files, runs.length, newest, yield* RunLog.isRunning(folder)].join(" ")
        if (read.get(id)?.stamp === stamp) continue
        const { detail, view } = yield* readSweep(id, folder, runs)
        read.set(id, { stamp, view })
        sweeps.set(id, { id, detail, version: ++version })
      }
    }).pipe(oneAtATime, Effect.withSpan("SweepIndex.refresh"), Effect.provide(services))

    return {
      refresh,
      known: () => ({ sweeps, version }),
      open: Effect.fn("SweepIndex.open")(function* (id: string) {
        // One that is not known yet may have been started since. It does not wait for every run to be read.
        if (!index.sweeps().has(id)) yield* index.soon
        yield* refresh
        const known = sweeps.get(id)
        if (known === undefined) {
          return yield* new ApiFailure({ reason: "NotFound", detail: t`there is no sweep ${id}` })
        }
        return known.detail
      })
    } satisfies SweepIndex
  })
