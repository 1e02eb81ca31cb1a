import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Checkpoint, LiveEvent, RunSummary } from "../../../src/ui/Api.js"
import { ApiFailure } from "../../../src/ui/ApiFailure.js"
import { RunViews } from "../../../src/ui/RunViews.js"
import { makeSweep, type SweepRecipe } from "./sweeps.js"
import { makeRun, makeRuns, makeSpectrogram, makeTone, recipes, type Fixture } from "./fixtures.js"

export interface MadeUpOptions {
  /** How many runs; by default those of `recipes`. */
  readonly count?: number
  /** Whether those that run train on while one looks. */
  readonly isLive?: boolean
  readonly sweeps?: ReadonlyArray<SweepRecipe>
}

/** Made-up runs, as the server's routes answer of them. */
export const madeUpRuns = ({
  count,
  isLive = false,
  sweeps: given = []
}: MadeUpOptions = {}): Layer.Layer<RunViews> =>
  Layer.sync(RunViews, () => {
    const like = makeRun(recipes[0]!, 1)
    const sweeps = given.map((recipe) => makeSweep(recipe, like.summary))
    const trials = new Map(
      sweeps.flatMap(({ runs }) => runs.map((summary) => [summary.id, summary] as const))
    )
    let runs: Array<Fixture> = [...makeRuns(count)]
    const edits = new Map<string, Partial<RunSummary>>()
    const pins = new Map<string, boolean>()
    const done = recipes.map((recipe) => recipe.done)
    const summaryOf = (run: Fixture): RunSummary => ({
      ...run.summary,
      ...edits.get(run.summary.id)
    })
    const edit = (id: string, change: Partial<RunSummary>) =>
      edits.set(id, { ...edits.get(id), ...change })
    const find = (id: string) =>
      Effect.suspend(() => {
        const trial = trials.get(id)
        const run =
          trial === undefined
            ? runs.find(({ summary }) => summary.id === id)
            : { ...like, summary: trial, detail: { ...like.detail, summary: trial } }
        return run === undefined
          ? Effect.fail(new ApiFailure({ reason: "NotFound", detail: `there is no run ${id}` }))
          : Effect.succeed(run)
      })
    const several = (ids: ReadonlyArray<string>) =>
      runs.filter(({ summary }) => ids.includes(summary.id))
    const checkpointsOf = (run: Fixture): ReadonlyArray<Checkpoint> =>
      run.detail.checkpoints.map((each) => ({
        ...each,
        pinned: pins.get(`${run.summary.id}/${each.name}`) ?? each.pinned
      }))

    /** A second of training. */
    const train = (): ReadonlyArray<LiveEvent> => {
      const events: Array<LiveEvent> = []
      runs = runs.map((run, i) => {
        const recipe = recipes[i]
        if (recipe?.status !== "running" || edits.get(recipe.id)?.status !== undefined) return run
        const steps = Math.min(done[i]! + 24, recipe.epochs * recipe.stepsPerEpoch)
        done[i] = steps
        const grown = makeRun({ ...recipe, done: steps }, i + 1)
        events.push(
          { event: "run", data: summaryOf(grown) },
          { event: "points", data: { id: recipe.id, global_step: steps } }
        )
        return grown
      })
      return events
    }
    const list = Effect.sync(() => ({
      root: "~/voices/checkpoints",
      runs: [...trials.values(), ...runs.map(summaryOf)],
      sweeps: sweeps.map(({ detail }) => detail.summary),
      unread: 0,
      truncated: false
    }))
    return {
      list,
      listSoon: list,
      run: (id) =>
        Effect.map(find(id), (run) => ({
          ...run.detail,
          summary: summaryOf(run),
          checkpoints: checkpointsOf(run)
        })),
      sweep: (id) => {
        const sweep = sweeps.find(({ detail }) => detail.summary.id === id)
        return sweep === undefined
          ? Effect.fail(new ApiFailure({ reason: "NotFound", detail: `there is no sweep ${id}` }))
          : Effect.succeed(sweep.detail)
      },
      metrics: (ids) =>
        Effect.sync(() => ({
          metrics: [
            ...new Map(
              several(ids).flatMap((run) =>
                run.metrics.map((metric) => [metric.name, metric] as const)
              )
            ).values()
          ]
        })),
      series: ({ from, ids, metrics, points, to, x }) =>
        Effect.sync(() => ({
          series: several(ids).flatMap((run) =>
            metrics.flatMap(
              (metric) =>
                run.series(metric, x, {
                  points,
                  ...(from !== undefined && { from }),
                  ...(to !== undefined && { to })
                }) ?? []
            )
          )
        })),
      live: isLive
        ? Stream.fromSchedule(Schedule.spaced("1 second")).pipe(Stream.mapConcat(train))
        : Stream.never,
      examples: (id, split) =>
        Effect.map(find(id), (run) => ({
          split: split ?? "validation",
          splits: ["validation", "test"],
          epoch: run.summary.epoch,
          metric: "loss",
          examples: run.examples(split ?? "validation")
        })),
      audio: ({ index }) => Effect.sync(() => makeTone(index)),
      spectrogram: ({ index }) => Effect.sync(() => makeSpectrogram(index)),
      verify: ({ id }) =>
        Effect.map(find(id), (run) =>
          checkpointsOf(run).map((one): Checkpoint =>
            one.health === "unchecked" ? { ...one, health: "intact" } : one
          )
        ),
      act: (action) =>
        Effect.map(find(action.id), (run) => {
          if (action.action === "pin" || action.action === "unpin") {
            pins.set(`${action.id}/${action.checkpoint}`, action.action === "pin")
          }
          if (action.action === "stop")
            edit(action.id, { status: "interrupted", secondsLeft: null })
          if (action.action === "note") {
            const { action: _, id, ...change } = action
            edit(id, change)
          }
          return { summary: summaryOf(run) }
        })
    }
  })
