// A process that says "ready", takes the lock of the folder named on a line of
// stdin, says how that went, and holds the lock until stdin ends.
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import * as Effect from "effect/Effect"
import { once } from "node:events"
import * as FolderLock from "../../src/io/FolderLock.js"

const [folder = ""] = process.argv.slice(2)
const say = (line: string) => Effect.sync(() => process.stdout.write(`${line}\n`))
const hear = (event: string) => Effect.promise(() => once(process.stdin, event))

const program = Effect.gen(function* () {
  yield* say("ready")
  yield* hear("data")
  yield* Effect.matchEffect(FolderLock.acquire(folder, { force: false }), {
    onSuccess: () => say("taken"),
    onFailure: (error) => say(error.message)
  })
  yield* hear("end")
}).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))

await Effect.runPromise(program)
