import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { Checkpoints, CheckpointStore, MemoryStore, Run, Stage } from "holdfast"
import { blobs, checkExactness, session, storeContract } from "holdfast/testing"
import { pipelineOf } from "../support/session.js"

const config = {
  training: {
    checkpoint_dir: "checkpoints",
    num_epochs: 2,
    batch_size: 25,
    learning_rate: 0.02,
    save_interval: [1, "1 steps"],
    seed: 7
  },
  model: {},
  data: {}
}
const exactness = { config, folder: "checkpoints" }

describe("checkExactness", () => {
  it.live("finds the built-in stages exact wherever they are interrupted", () =>
    Effect.gen(function* () {
      const found = yield* checkExactness(pipelineOf(), { ...exactness, stopEvery: 3 })
      expect(found.stops.length).toBeGreaterThanOrEqual(5)
      expect(found.different).toEqual([])
    })
  )

  it.live("finds them exact wherever they are killed", () =>
    Effect.gen(function* () {
      const options = { ...exactness, stopEvery: 6, kill: true }
      expect((yield* checkExactness(pipelineOf(), options)).different).toEqual([])
    })
  )

  it.live("finds a stage that keeps its state to itself", () =>
    Effect.gen(function* () {
      let epochs = 0
      const forgetful = Stage.make("forgetful", {
        description: "log how many epochs this process has seen",
        run: (run: Run.Run) => Effect.as(Run.logMetrics(run, { seen: (epochs += 1) }), run)
      })
      const found = yield* checkExactness(pipelineOf({ extra: forgetful }), {
        ...exactness,
        stopEvery: 10
      })
      expect(found.different.length).toBeGreaterThan(0)
    })
  )
})

describe("session", () => {
  it.live("saves nothing more from the event at which it is killed", () =>
    Effect.gen(function* () {
      const store = yield* CheckpointStore
      const at = (kind: "interruptAt" | "killAt") =>
        session(pipelineOf(), {
          config: { ...config, training: { ...config.training, save_interval: 1 } },
          resume: "never",
          store: Layer.succeed(CheckpointStore, store),
          [kind]: ({ _tag }: { readonly _tag: string }) => _tag === "StepFinished"
        })
      const killed = yield* at("killAt")
      expect(Exit.isInterrupted(killed.exit)).toBe(true)
      expect(killed.events.at(-1)).toMatchObject({ _tag: "StepFinished", step: 1 })
      expect(yield* Checkpoints.list("checkpoints")).toEqual([])
      const interrupted = yield* at("interruptAt")
      expect(Exit.isInterrupted(interrupted.exit)).toBe(true)
      expect(yield* Checkpoints.list("checkpoints")).toMatchObject([{ aliases: ["latest"] }])
    }).pipe(Effect.provide(MemoryStore.layer))
  )
})

describe("blobs", () => {
  it.effect("are the same in every run", () =>
    Effect.gen(function* () {
      const data = { size: 10, classes: 3, seed: 1 }
      const [a, b] = [yield* blobs({ data }), yield* blobs({ data })]
      const indices = Int32Array.of(3, 1)
      expect(yield* a.train.batch(indices)).toEqual(yield* b.train.batch(indices))
    })
  )
})

describe("storeContract", () => {
  it.live("fails where a store loses what was saved", () =>
    Effect.gen(function* () {
      const store = yield* CheckpointStore
      const forgetful = Layer.succeed(CheckpointStore, {
        ...store,
        list: () => Effect.succeed([])
      })
      let folders = 0
      const exits = yield* Effect.forEach(
        storeContract(Effect.sync(() => `folder-${(folders += 1)}`)),
        ({ run }) => Effect.exit(Effect.scoped(Effect.provide(run, forgetful)))
      )
      expect(exits.some(Exit.isFailure)).toBe(true)
    }).pipe(Effect.provide(MemoryStore.layer))
  )
})
