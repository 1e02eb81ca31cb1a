import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import { Config, Objective, Optimizer, Pipeline, Run, Scheduler, Stage, Stages } from "holdfast"
import { withPlan } from "../../src/stages/checkEpoch.js"
import * as RunPlan from "../../src/training/RunPlan.js"
import { blobs, BlobsConfig, blobsNet } from "../support/blobs.js"
import { session, temporaryFolder } from "../support/session.js"

const { checkpoint, epochs, stepScheduler, trainEpoch, validate } = Stages
const best = Stages.trackBest({ metric: "val_loss", mode: "min" })

/** A user's own stage, which declares nothing. */
const own = (measures: Record<string, number> = {}) =>
  Stage.make("own", {
    description: "measure something",
    run: (run: Run.Run) => Effect.as(Run.logMetrics(run, measures), run)
  })

const planOf = (training: Partial<Config.TrainingEncoded>) => {
  const decoded = Schema.decodeSync(Config.Training)({
    num_epochs: 3,
    batch_size: 8,
    learning_rate: 0.1,
    seed: 1,
    ...training
  })
  return RunPlan.make(decoded, Objective.classification, Scheduler.fromConfig(decoded))
}

/** What is said against these stages for this config; null: nothing. */
const refusal = (
  stages: ReadonlyArray<Stage.Stage.Any>,
  training: Partial<Config.TrainingEncoded> = {}
) =>
  Either.match(Effect.runSync(Effect.either(withPlan(stages, planOf(training)))), {
    onLeft: ({ message }) => message,
    onRight: () => null
  })

describe("Stages.epochs", () => {
  it("refuses an order in which the best is not saved, or weights from before are looked at", () => {
    expect(() => epochs(trainEpoch, validate, checkpoint, best)).toThrow(
      "trackBest must come before checkpoint in the epoch"
    )
    for (const early of [validate, stepScheduler, best, checkpoint]) {
      const save = Stage.named("save", checkpoint)
      expect(() => epochs(early, trainEpoch, save)).toThrow(
        `trainEpoch must come before ${early.name}`
      )
    }
    expect(() => epochs(trainEpoch, validate, best)).toThrow(
      "trackBest needs a stage of the epoch that saves checkpoints (Stages.checkpoint)"
    )
    expect(() => epochs(trainEpoch, validate, stepScheduler, best, checkpoint)).not.toThrow()
    expect(() => epochs(trainEpoch, checkpoint, validate, own())).not.toThrow()
  })

  it("decides nothing by a stage's name, and looks into stages that wrap others", () => {
    const renamed = Stage.named("mine", best)
    const wrapped = Stage.make("wrapped", {
      description: "saves",
      children: [checkpoint],
      run: checkpoint.run
    })
    expect(() => epochs(trainEpoch, validate, wrapped, renamed)).toThrow(
      "mine must come before checkpoint"
    )
    const impostor = Stage.make("trackBest", { description: "", run: own().run })
    expect(() => epochs(trainEpoch, checkpoint, impostor)).not.toThrow()
  })

  it("holds a user's stages to what they declare", () => {
    const role = (name: string, role: Stage.Role) =>
      Stage.make(name, { description: "", role, run: own().run })
    const average = role("average", { provides: ["average"] })
    const compare = role("compare", { requires: ["average"] })
    expect(() => epochs(trainEpoch, average, compare)).not.toThrow()
    expect(() => epochs(trainEpoch, compare, average)).toThrow(
      "average must come before compare in the epoch"
    )
    expect(() => epochs(trainEpoch, compare)).toThrow(
      'compare needs a stage before it in the epoch that provides "average"'
    )
  })

  it("refuses two stages that would share a state", () => {
    const count = Stage.stateful("count", {
      description: "",
      state: Schema.Struct({ n: Schema.Int }),
      initial: { n: 0 },
      run: (_, { n }) => Effect.succeed({ n: n + 1 })
    })
    expect(() => epochs(trainEpoch, count, Stage.named("again", count))).toThrow(
      "again and count would share one state"
    )
  })

  it("names what is not a stage, and a stage of a pipeline among its own", () => {
    expect(() => epochs(trainEpoch, undefined as never)).toThrow(
      "argument 2 of Stages.epochs is undefined, not a stage"
    )
    expect(() => epochs(trainEpoch, Stages.trackBest as never)).toThrow(
      "argument 2 of Stages.epochs is the function trackBest, not a stage"
    )
    const load = Stages.loadConfig(BlobsConfig)
    expect(() => epochs(trainEpoch, load as never)).not.toThrow()
    expect(() => epochs(Stages.loadDataset(() => Effect.never) as never)).toThrow(
      "loadDataset takes the config, so it cannot be a stage of epochs"
    )
  })
})

describe("a config", () => {
  it.each([
    { training: { scheduler: { name: "plateau" } }, without: stepScheduler, field: "scheduler" },
    { training: { keep_best: 3 }, without: best, field: "keep_best" },
    { training: { keep_best: 3 }, without: checkpoint, field: "keep_best" },
    { training: { keep_every: 2 }, without: checkpoint, field: "keep_every" },
    { training: { save_interval: 3 }, without: checkpoint, field: "save_interval" },
    { training: { save_interval: ["2 epochs"] }, without: checkpoint, field: "save_interval" },
    { training: { on_divergence: "restore" }, without: checkpoint, field: "on_divergence" },
    {
      training: { keep_best_by: { metric: "val_loss", mode: "min" } },
      without: checkpoint,
      field: "keep_best_by"
    }
  ] as const)(
    "is refused where $field has no effect: $training",
    ({ field, training, without }) => {
      const all = [trainEpoch, validate, stepScheduler, best, checkpoint]
      expect(refusal(all, training)).toBe(null)
      const message = refusal(
        all.filter((stage) => stage !== without),
        training
      )
      expect(message).toContain(`training.${field} is `)
      expect(message).toContain("which has no effect here")
    }
  )

  it("may ask for nothing that needs a stage", () => {
    expect(refusal([trainEpoch])).toBe(null)
    expect(refusal([trainEpoch], { save_interval: ["2 epochs", "500 steps"] })).toBe(null)
    for (const scheduler of ["constant", "cosine", "one_cycle"] as const) {
      expect(refusal([trainEpoch, checkpoint], { scheduler })).toBe(null)
    }
  })

  it("is held to the metrics that are measured", () => {
    const kept = { keep_best_by: { metric: "val_acc", mode: "max" } } as const
    const all = [trainEpoch, validate, stepScheduler, best, checkpoint]
    expect(refusal(all, kept)).toContain(
      "training.keep_best_by monitors val_acc, which no stage before it measures; did you mean val_accuracy?"
    )
    expect(refusal(all, { scheduler: { name: "plateau", metric: "val_los" } })).toContain(
      "the scheduler plateau monitors val_los, which no stage before it measures; did you mean val_loss?"
    )
    expect(refusal([trainEpoch, best, validate, checkpoint])).toBe(
      "trackBest monitors val_loss, which validate measures after it; put validate before it"
    )
    expect(refusal([trainEpoch, best])).toContain("measured are: train_loss")
    expect(refusal([trainEpoch, validate, checkpoint], kept)).toContain(
      "did you mean val_accuracy?"
    )
    expect(refusal(all, { keep_best_by: { metric: "learning_rate", mode: "min" } })).toBe(null)
  })

  it("is not held to them where a stage may measure anything", () => {
    const kept = { keep_best_by: { metric: "val_f1", mode: "max" } } as const
    expect(refusal([trainEpoch, validate, own(), checkpoint], kept)).toBe(null)
    expect(refusal([trainEpoch, validate, checkpoint, own()], kept)).toContain("val_f1")
    const measuring = Stage.make("f1", {
      description: "",
      role: { measures: ["val_f1"] },
      run: own().run
    })
    expect(refusal([trainEpoch, validate, measuring, checkpoint], kept)).toBe(null)
    expect(refusal([trainEpoch, validate, checkpoint, measuring], kept)).toBe(
      "training.keep_best_by monitors val_f1, which f1 measures after it; put f1 before it"
    )
  })
})

describe("a pipeline", () => {
  const pipelineOf = (
    stages: ReadonlyArray<Stages.EpochStage<never, never>>,
    load: Parameters<typeof blobs>[1] = () => {}
  ) =>
    Pipeline.make(
      "blobs",
      Stages.loadConfig(BlobsConfig),
      Stages.loadDataset((config: BlobsConfig) => blobs(config, load)),
      Stages.restoreOrInit({
        model: blobsNet,
        objective: Objective.classification,
        optimizer: Optimizer.fromConfig,
        scheduler: Scheduler.fromConfig
      }),
      Stages.epochs(...stages),
      Stages.evaluate("test")
    )
  const run = Effect.fnUntraced(function* (
    stages: ReadonlyArray<unknown>,
    training: Record<string, unknown>
  ) {
    const folder = yield* temporaryFolder
    const { events, exit } = yield* session({
      folder,
      training,
      pipeline: pipelineOf(stages as never) as never
    })
    return {
      tags: events.map(({ _tag }) => _tag),
      message: Exit.isFailure(exit) ? (Cause.squash(exit.cause) as Error).message : null
    }
  })

  it.scopedLive("is refused before its data is loaded, as soon as the config is read", () =>
    Effect.gen(function* () {
      const { message, tags } = yield* run([trainEpoch, validate, best, checkpoint], {
        scheduler: "plateau"
      })
      expect(message).toContain("training.scheduler is plateau, which has no effect here")
      expect(tags).toStrictEqual(["BackendChosen"])
    })
  )

  it.scopedLive("with a stage that may measure anything is refused at its first checkpoint", () =>
    Effect.gen(function* () {
      const { message, tags } = yield* run(
        [trainEpoch, validate, own({ val_f1: 1 }), stepScheduler, best, checkpoint],
        { save_interval: 1, keep_best_by: { metric: "val_f2", mode: "max" } }
      )
      expect(message).toContain("training.keep_best_by monitors val_f2")
      expect(message).toContain("did you mean val_f1?")
      expect(tags).not.toContain("EpochFinished")
    })
  )
})
