import { describe, expect, it } from "@effect/vitest"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import * as Effect from "effect/Effect"
import { CheckpointStore, Run, Stage, Stages } from "holdfast"
import * as CheckpointFile from "../support/checkpointFile.js"
import { checkpointIn, essence, pipelineOf, session, temporaryFolder } from "../support/session.js"

describe("trackBest", () => {
  it.scopedLive("starts over with another metric or mode, and says so", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const valLoss = (epoch: number) => Math.abs(epoch - 3)
      yield* session({ folder, pipeline: pipelineOf({ valLoss }), training: { num_epochs: 4 } })
      expect((yield* checkpointIn(folder, "best_model")).meta.best).toMatchObject({ epoch: 3 })

      const best = { metric: "val_loss", mode: "max" } as const
      const { events, exit } = yield* session({
        folder,
        pipeline: pipelineOf({ valLoss, best }),
        training: { num_epochs: 6 }
      })
      expect(exit._tag).toBe("Success")
      const { meta } = yield* checkpointIn(folder, "best_model")
      expect(meta.best).toStrictEqual({ ...best, value: 3, epoch: 6 })
      expect(
        events.flatMap((event) =>
          event._tag === "Notice" && event.level === "warning" ? [event.message] : []
        )
      ).toStrictEqual([
        "trackBest now monitors val_loss (higher is better) instead of val_loss (lower is better): " +
          "it starts over, and what was best before does not count"
      ])
      expect(events).toContainEqual(expect.objectContaining({ _tag: "Evaluated", epoch: 6 }))
    })
  )

  it("refuses a name that no file can have, and two that would keep the same", () => {
    const watch = (name?: string) =>
      Stages.trackBest({ metric: "val_loss", mode: "min", ...(name !== undefined && { name }) })
    for (const name of ["a/b", "", "model", "best_model", "x".repeat(200)]) {
      expect(() => watch(name)).toThrow("trackBest cannot be called")
    }
    expect(() => Stages.trackBest({ metric: "val_loss", mode: "lowest" as never })).toThrow(
      'mode of trackBest is lowest; allowed: "min" or "max"'
    )
    const { checkpoint, trainEpoch, validate } = Stages
    expect(() =>
      Stages.epochs(trainEpoch, validate, watch("accuracy"), watch("best_accuracy"), checkpoint)
    ).toThrow("best_accuracy and accuracy would share one state")
    expect(() => Stages.epochs(trainEpoch, validate, watch(), watch("b"), checkpoint)).not.toThrow()
  })
})

describe("trackBest twice", () => {
  // By the loss the third epoch is the best, by the score the first.
  const valLoss = (epoch: number) => Math.abs(epoch - 3)
  const score = Stage.make("score", {
    description: "measure the score",
    role: { measures: ["score"] },
    run: (run: Run.Run) =>
      Effect.gen(function* () {
        const { epoch } = yield* Run.position(run)
        return yield* Effect.as(Run.logMetrics(run, { score: -Math.abs(epoch) }), run)
      })
  })
  const pipeline = () =>
    pipelineOf({
      valLoss,
      before: score,
      extra: Stages.trackBest({ metric: "score", mode: "max", name: "best_score" })
    })
  const best = (folder: string) =>
    CheckpointFile.read(`${folder}/checkpoints/best_score.safetensors`).pipe(
      Effect.provide(NodeFileSystem.layer)
    )
  const listed = (folder: string) =>
    Effect.flatMap(CheckpointStore, (store) => store.list(`${folder}/checkpoints`)).pipe(
      Effect.provide(CheckpointStore.file),
      Effect.provide(NodeFileSystem.layer)
    )
  const training = { num_epochs: 7, save_interval: 1 }

  it.scopedLive("keeps the best by each, whatever retention removes", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { events, exit } = yield* session({ folder, pipeline: pipeline(), training })
      expect(exit._tag).toBe("Success")
      expect((yield* checkpointIn(folder, "best_model")).meta).toMatchObject({
        best: { metric: "val_loss", epoch: 3 }
      })
      const { meta } = yield* best(folder)
      expect(meta.bests).toStrictEqual({
        best_score: { metric: "score", mode: "max", value: -0, epoch: 1 }
      })
      const found = (yield* listed(folder)).map(({ aliases, name }) => [name, ...aliases])
      expect(found).toStrictEqual([
        ["epoch-0007-step-000000.safetensors", "latest"],
        ["epoch-0006-step-000000.safetensors"],
        ["epoch-0003-step-000000.safetensors", "best"],
        ["epoch-0001-step-000000.safetensors", "best_score"]
      ])
      expect(events).toContainEqual(expect.objectContaining({ _tag: "Evaluated", epoch: 3 }))
    })
  )

  it.scopedLive(
    "ends as if it had not been interrupted, and stays with the first by its order",
    () =>
      Effect.gen(function* () {
        const straight = yield* temporaryFolder
        yield* session({ folder: straight, pipeline: pipeline(), training })
        const folder = yield* temporaryFolder
        for (const at of [9, 17, 23]) {
          yield* session({
            folder,
            pipeline: pipeline(),
            training,
            interruptAt: (_, index) => index === at
          })
        }
        yield* session({ folder, pipeline: pipeline(), training })
        const end = (of: string) =>
          Effect.all([
            Effect.flatMap(checkpointIn(of), essence),
            Effect.flatMap(checkpointIn(of, "best_model"), essence),
            Effect.flatMap(best(of), essence)
          ])
        expect(yield* end(folder)).toStrictEqual(yield* end(straight))
      })
  )

  it.scopedLive("gives a name back that a killed process did not come to give", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* session({ folder, pipeline: pipeline(), training })
      const fs = yield* FileSystem.FileSystem
      yield* fs.remove(`${folder}/checkpoints/best_score.safetensors`)
      yield* session({ folder, pipeline: pipeline(), training })
      expect((yield* best(folder)).meta.epoch).toBe(1)
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.scopedLive("takes both over into another folder", () =>
    Effect.gen(function* () {
      const elsewhere = yield* temporaryFolder
      yield* session({ folder: elsewhere, pipeline: pipeline(), training })
      const folder = yield* temporaryFolder
      const path = `${elsewhere}/checkpoints/latest_checkpoint.safetensors`
      const { exit } = yield* session({ folder, pipeline: pipeline(), training, resume: { path } })
      expect(exit._tag).toBe("Success")
      expect((yield* best(folder)).meta.epoch).toBe(1)
      expect((yield* checkpointIn(folder, "best_model")).meta.epoch).toBe(3)
    })
  )
})
