import { EventEmitter } from "node:events"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Testing from "holdfast/testing"
import gan from "../../../examples/gan/pipeline.js"
import { Backend } from "../../../src/backends/Backend.js"
import { makePacker, unpack } from "../../../src/training/workers/PackedBatch.js"
import type { FromWorker, ToWorker } from "../../../src/training/workers/Protocol.js"
import * as Replica from "../../../src/training/workers/Replica.js"
import { WorkersRequested } from "../../../src/training/workers/Requested.js"
import type { WorkerThread } from "../../../src/training/workers/Threads.js"
import { testBackend } from "../../support/backend.js"
import {
  checkpointIn,
  essence,
  pipelineOf,
  session,
  temporaryFolder,
  type Session
} from "../../support/session.js"

/** What befalls a worker at its n-th task, counted from 1. */
type Fate = "dies" | { readonly hangsFor: number }

interface Script {
  /** Turns of the event loop before it has loaded the pipeline. */
  readonly loadsAfter?: number
  readonly fates?: Readonly<Record<number, Fate>>
  readonly isUnfit?: boolean
}

/** Stands for a thread, in this one: what it computes is computed by a replica of its own. */
const threadOf = (
  pipeline: Pick<ReturnType<typeof pipelineOf>, "stages">,
  script: Script,
  seen: Seen
): WorkerThread => {
  const events = new EventEmitter()
  const scope = Effect.runSync(Scope.make())
  let replica: Replica.Replica
  let tasks = 0
  let isOver = false
  const post = (message: FromWorker) => {
    if (!isOver) events.emit("message", message)
  }
  const wait = (turns: number, then: () => void): void =>
    void setImmediate(() => (turns <= 1 ? then() : wait(turns - 1, then)))
  const end = () => {
    if (isOver) return
    isOver = true
    Effect.runSync(Scope.close(scope, Exit.void))
    events.emit("exit")
  }
  wait(script.loadsAfter ?? 1, () =>
    post(script.isUnfit === true ? { kind: "unfit", message: "no" } : { kind: "loaded" })
  )
  const compute = ({ id, slot, task }: Extract<ToWorker, { readonly kind: "task" }>) => {
    if (isOver) return
    seen.computed += 1
    seen.kinds.add(task.kind)
    post({ kind: "done", id, result: replica.compute(task, slot), ms: 1 })
  }
  return {
    on: (name: string, listener: (message: never) => void) => events.on(name, listener as never),
    terminate: () => Promise.resolve(wait(1, end)),
    postMessage: (message) => {
      if (message.kind === "build") {
        void Effect.runPromise(
          Replica.build(pipeline.stages, message.network, message).pipe(
            Effect.provide(Backend.layer(testBackend)),
            Effect.provideService(Scope.Scope, scope)
          )
        ).then((built) => {
          replica = built
          return post({ kind: "built" })
        })
        return
      }
      tasks += 1
      const fate = script.fates?.[tasks]
      if (fate === "dies") wait(1, end)
      else if (fate === undefined) wait(1, () => compute(message))
      else setTimeout(() => compute(message), fate.hangsFor)
    }
  }
}

interface Seen {
  computed: number
  started: number
  readonly kinds: Set<string>
}

const training = { num_epochs: 3, shards: 3 }

/** The last checkpoint of a run, and what its workers have done. */
const trained = (scripts: ReadonlyArray<Script>, options: Partial<Session> = {}) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const seen: Seen = { computed: 0, started: 0, kinds: new Set() }
    const pipeline = options.pipeline ?? pipelineOf()
    const spawn = () => threadOf(pipeline, scripts[seen.started++ % scripts.length]!, seen)
    const request = { count: scripts.length, module: "none", threads: { spawn, limit: 30 } }
    const run = (more: Partial<Session> = {}) =>
      session({ folder, training, ...options, ...more, pipeline }).pipe(
        Effect.provideService(WorkersRequested, scripts.length === 0 ? null : request)
      )
    return { folder, run, seen }
  })

const endOf = (scripts: ReadonlyArray<Script>, options: Partial<Session> = {}) =>
  Effect.gen(function* () {
    const { folder, run, seen } = yield* trained(scripts, options)
    const { events, exit } = yield* run()
    expect(exit).toStrictEqual(expect.objectContaining({ _tag: "Success" }))
    const notices = events.flatMap((event) =>
      event._tag === "Notice" && event.code === "Workers" ? [event.message] : []
    )
    return { end: yield* Effect.flatMap(checkpointIn(folder), essence), notices, seen }
  })

// Native TensorFlow has threads of its own: a run on it has no workers.
describe.skipIf(testBackend === "tensorflow")("workers", () => {
  it.scopedLive(
    "compute the bits of one thread, however many, whenever they join, die or hang",
    () =>
      Effect.gen(function* () {
        const { end } = yield* endOf([])
        const cases: ReadonlyArray<ReadonlyArray<Script>> = [
          [{}],
          [{}, { fates: { 5: "dies" } }, { loadsAfter: 10 }],
          [{}, { fates: { 2: { hangsFor: 70 }, 5: "dies" } }, { fates: { 3: "dies" } }, {}]
        ]
        for (const scripts of cases) {
          const found = yield* endOf(scripts)
          expect(found.end, JSON.stringify(scripts)).toStrictEqual(end)
          expect(found.seen.computed).toBeGreaterThan(6)
          expect([...found.seen.kinds].sort()).toStrictEqual(["evaluation", "shard"])
        }
      })
  )

  it.scopedLive("compute the bits of an uncut batch", () =>
    Effect.gen(function* () {
      const uncut = { training: { num_epochs: 1, class_weights: [1, 2, 3], mixup: 0.2, ema: {} } }
      const { end } = yield* endOf([], uncut)
      expect((yield* endOf([{}, {}], uncut)).end).toStrictEqual(end)
    })
  )

  it.scopedLive("leave the step to this thread where they cannot compute it, and say so", () =>
    Effect.gen(function* () {
      const { end } = yield* endOf([])
      const unfit = yield* endOf([{ isUnfit: true }])
      expect(unfit.end).toStrictEqual(end)
      expect(unfit.notices.join()).toContain("the workers cannot compute: no; this thread computes")
      expect(unfit.seen.computed).toBe(0)
    })
  )

  it.scopedLive("are abandoned by a run that is interrupted in the midst of a step", () =>
    Effect.gen(function* () {
      const { end } = yield* endOf([])
      for (const at of [5, 10]) {
        const { folder, run } = yield* trained([{}, { fates: { 6: { hangsFor: 60 } } }])
        const first = yield* run({ interruptAt: (_, count) => count === at })
        expect(Exit.isInterrupted(first.exit)).toBe(true)
        yield* run()
        expect(yield* Effect.flatMap(checkpointIn(folder), essence)).toStrictEqual(end)
      }
    })
  )
})

describe.skipIf(testBackend === "tensorflow")("workers of several phases", () => {
  it.scopedLive("draw the random numbers of one thread, where the batch is uncut", () =>
    Effect.gen(function* () {
      const text = yield* Effect.promise(() => readFile("examples/gan/config.json", "utf8"))
      const config = JSON.parse(text) as { readonly training: object }
      const end = (scripts: ReadonlyArray<Script>) =>
        Effect.gen(function* () {
          const folder = yield* temporaryFolder
          const seen: Seen = { computed: 0, started: 0, kinds: new Set() }
          const checkpoint_dir = join(folder, "checkpoints")
          const training = { ...config.training, checkpoint_dir, num_epochs: 1 }
          const spawn = () => threadOf(gan, scripts[seen.started++ % scripts.length]!, seen)
          const request = { count: scripts.length, module: "none", threads: { spawn, limit: 30 } }
          yield* Testing.session(gan, { config: { ...config, training } }).pipe(
            Effect.provideService(WorkersRequested, scripts.length === 0 ? null : request)
          )
          return { end: yield* Effect.flatMap(checkpointIn(folder), essence), seen }
        })
      const inline = yield* end([])
      const found = yield* end([{}, { fates: { 5: "dies" } }])
      expect(found.end).toStrictEqual(inline.end)
      expect(found.seen.computed).toBeGreaterThan(10)
    })
  )
})

describe("PackedBatch", () => {
  it("has another thread see the batch", () => {
    const batch = {
      size: 2,
      inputs: { a: Float32Array.of(1, 2), b: Uint8Array.of(3, 4, 5, 6) },
      names: ["x", "y"]
    }
    const packer = makePacker()
    expect(unpack(structuredClone(packer.pack(batch)))).toStrictEqual(batch)
    const longer = { ...batch, more: Int32Array.from({ length: 99 }, (_, i) => i) }
    expect(unpack(packer.pack(longer))).toStrictEqual(longer)
  })
})
