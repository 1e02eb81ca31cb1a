/** The thread of a worker, see Threads.ts. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { parentPort, workerData } from "node:worker_threads"
import { Backend } from "../../backends/Backend.js"
import { importTypescript } from "../../io/importTypescript.js"
import { isTypescript } from "../../io/Thread.js"
import { t } from "../../language/Text.js"
import type { Stage } from "../../stage/Stage.js"
import type { FromWorker, Setup, ToWorker } from "./Protocol.js"
import { markAsWorker } from "./Requested.js"
import * as Replica from "./Replica.js"

const { module } = workerData as Setup
const post = (message: FromWorker) => parentPort!.postMessage(message)
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

let stages: ReadonlyArray<Stage.Any> = []
let replica: Replica.Replica | undefined

const load = async () => {
  markAsWorker()
  // Sources are translated as all of this thread is.
  const loaded = await (isTypescript(module) && !isTypescript(import.meta.url)
    ? importTypescript(module)
    : import(module))
  const pipeline = (loaded as { readonly default?: { readonly stages?: typeof stages } }).default
  if (!Array.isArray(pipeline?.stages)) throw new Error(t`its default export is not a pipeline`)
  stages = pipeline.stages
}

/** The scope of the model is that of the thread. */
const scope = Effect.runSync(Scope.make())

const build = async ({ network, slots, weights }: Extract<ToWorker, { kind: "build" }>) => {
  const built = Replica.build(stages, network, { slots, weights }).pipe(
    Effect.provide(Backend.layer(network.backend)),
    Effect.provideService(Scope.Scope, scope)
  )
  const exit = await Effect.runPromiseExit(built)
  if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
  replica = exit.value
}

parentPort!.on("message", (message: ToWorker) => {
  if (message.kind === "build") {
    void build(message).then(
      () => post({ kind: "built" }),
      (error: unknown) => post({ kind: "unfit", message: messageOf(error) })
    )
    return
  }
  const { id, slot, task } = message
  const started = performance.now()
  try {
    const result = replica!.compute(task, slot)
    post({ kind: "done", id, result, ms: performance.now() - started })
  } catch (error) {
    post({ kind: "failed", id, message: messageOf(error) })
  }
})

void load().then(
  () => post({ kind: "loaded" }),
  (error: unknown) => post({ kind: "unfit", message: messageOf(error) })
)
