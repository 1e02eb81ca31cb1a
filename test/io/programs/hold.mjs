// A process with a lease of its own that opens the folder named for saving, from what is built, so
// that a thread renews the lock. Each line on stdin is done and answered by one on stdout: "save",
// or "block", which blocks the main thread until the process is killed.
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createInterface } from "node:readline"

const dist = (path) => import(new URL(`../../../dist/${path}`, import.meta.url).href)
const { CheckpointStore } = await dist("checkpointing/store/CheckpointStore.js")
const { Lease } = await dist("io/folderLock/Holder.js")
const { formatVersion } = await dist("checkpointing/Checkpoint.js")

const [folder, every, timeout] = process.argv.slice(2)
const say = (line) => Effect.sync(() => process.stdout.write(`${line}\n`))

const checkpoint = {
  meta: {
    format_version: formatVersion,
    run_id: "run",
    saved_at: new Date().toISOString(),
    epoch: 9,
    step: 0,
    global_step: 9,
    position: { stage: null, example: 0, sums: {}, metrics: {}, seconds: 0 },
    best_val_loss: null,
    best: null,
    stopped: null,
    train_history: [],
    optimizer_state_dict: {},
    scheduler_state_dict: {},
    stage_states: {},
    random_state: { algorithm: "xoshiro128**", seed: 1 },
    dataset: {
      name: "none",
      fingerprint: "",
      input_shape: [1],
      classes: ["a"],
      sizes: { train: 1, validation: 1, test: 1 }
    },
    backend: "cpu",
    config: {}
  },
  tensors: new Map([
    [
      "model_state_dict.bias",
      { dtype: "F32", shape: [1], bytes: Effect.succeed(new Uint8Array(4)) }
    ]
  ])
}

const program = Effect.gen(function* () {
  const store = yield* CheckpointStore
  const open = yield* store.open(folder)
  yield* say("ready")
  const lines = createInterface(process.stdin)[Symbol.asyncIterator]()
  for (;;) {
    const { done, value } = yield* Effect.promise(() => lines.next())
    if (done) return
    if (value === "block") {
      yield* say("blocking")
      // What was written leaves first.
      yield* Effect.sleep(10)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    }
    yield* Effect.matchEffect(open.save(checkpoint, "latest"), {
      onSuccess: () => say("saved"),
      onFailure: ({ reason, message }) => say(`${reason}: ${message}`)
    })
  }
}).pipe(
  Effect.scoped,
  Effect.provide(Layer.provideMerge(CheckpointStore.file, NodeFileSystem.layer)),
  Effect.provideService(Lease, { every: Number(every), timeout: Number(timeout) })
)

await Effect.runPromise(program)
process.exit(0)
