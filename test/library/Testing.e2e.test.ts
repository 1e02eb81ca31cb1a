import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Checkpoints, CheckpointStore, Run, Stage, type Storage } from "holdfast"
import * as MemoryStorage from "../../src/checkpointing/store/MemoryStorage.js"
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
    }).pipe(Effect.provide(CheckpointStore.memory))
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

type Mutation = (storage: Storage.StorageOperations) => Partial<Storage.StorageOperations>

const mutations: Readonly<Record<string, Mutation>> = {
  "lists nothing": () => ({ list: () => Effect.succeed([]) }),
  "shows an object before it is complete": ({ put }) => ({
    put: (id, { bytes }, body) =>
      Effect.zipRight(
        put(id, { bytes }, () => Effect.void),
        put(id, { bytes }, body)
      )
  }),
  "ignores a refusal at the end of a write": ({ put }) => ({
    put: (id, { bytes }, body) => put(id, { bytes }, body)
  }),
  "changes nothing on link": () => ({ link: () => Effect.void }),
  "keeps what is removed": () => ({ remove: () => Effect.void }),
  "copies on move": ({ link }) => ({ move: link }),
  "reads one byte too few": ({ open }) => ({
    open: (id, use) =>
      open(id, ({ bytes, read }) =>
        use({
          bytes,
          read: (offset, buffer) => Effect.map(read(offset, buffer), (n) => Math.max(0, n - 1))
        })
      )
  }),
  "lets two processes lock a folder": () => ({
    lock: () =>
      Effect.succeed({ check: Effect.void, lost: Effect.never, remade: Effect.succeed(0) })
  }),
  "never notices that a lock is lost": ({ lock }) => ({
    lock: (folder, options) =>
      Effect.map(lock(folder, options), (held) => ({ ...held, check: Effect.void }))
  }),
  "takes all objects for one": ({ stat }) => ({
    stat: (id) => Effect.map(stat(id), (info) => ({ ...info, identity: "same" }))
  }),
  "trusts its cache of prefixes": ({ readPrefixes }) => ({
    readPrefixes: (ids, length, use, cache = new Map()) =>
      Effect.suspend(() =>
        ids.every((id) => cache.has(id))
          ? Effect.succeed(ids.map((id) => cache.get(id)!.result))
          : Effect.tap(readPrefixes(ids, length, use, cache), (results) => {
              for (const [i, id] of ids.entries()) cache.set(id, { state: "", result: results[i]! })
            })
      )
  })
}

/** A new storage in memory with a change. */
const changed = (mutation: Mutation) =>
  Effect.map(MemoryStorage.make, (storage) => ({ ...storage, ...mutation(storage) }))

describe("storeContract", () => {
  it.live.each(Object.keys(mutations))("fails for a storage that %s", (name) =>
    Effect.gen(function* () {
      const failed = yield* Effect.findFirst(
        storeContract({ make: changed(mutations[name]!) }),
        ({ run }) => Effect.map(Effect.exit(run), Exit.isFailure)
      )
      expect(Option.isSome(failed)).toBe(true)
    })
  )
})
