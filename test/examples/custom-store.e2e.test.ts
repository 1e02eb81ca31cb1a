import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type { AddressInfo } from "node:net"
import { CheckpointStore, Pipeline } from "holdfast"
import { essence, session, temporaryFolder } from "holdfast/testing"
import { httpStorage } from "../../examples/custom-store/httpStorage.js"
import { objectServer } from "../../examples/custom-store/objectServer.js"
import { pipeline } from "../../examples/custom-store/pipeline.js"
import { contract } from "../checkpointing/contract.js"
import { projectFile, start } from "../support/child.js"
import { configOf } from "./example.js"

/** The URL of a server with nothing in it, which ends with the scope. */
const server = Effect.acquireRelease(
  Effect.async<ReturnType<typeof objectServer>>((resume) => {
    const made = objectServer()
    made.listen(0, "127.0.0.1", () => resume(Effect.succeed(made)))
  }),
  (made) =>
    Effect.sync(() => {
      made.closeAllConnections()
      made.close()
    })
).pipe(Effect.map((made) => `http://127.0.0.1:${(made.address() as AddressInfo).port}`))

contract("an object storage over HTTP", { make: Effect.map(server, httpStorage) })

const config = configOf("custom-store")
const folder = config["training"]!["checkpoint_dir"] as string

describe("examples/custom-store", () => {
  it.scopedLive("ends the same, to the bit, when it is interrupted or killed", () =>
    Effect.gen(function* () {
      const ended = (stop: { readonly [kind: string]: number }) =>
        Effect.gen(function* () {
          const store = CheckpointStore.layer(httpStorage(yield* server))
          const self = pipeline.pipe(Pipeline.provide(store))
          const training = { ...config["training"], num_epochs: 2, save_interval: 1 }
          const options = { config: { ...config, training } }
          for (const [kind, at] of Object.entries(stop)) {
            const { exit } = yield* session(self, {
              ...options,
              [kind]: (_: unknown, count: number) => count === at
            })
            expect(Exit.isInterrupted(exit)).toBe(true)
          }
          const { events, exit } = yield* session(self, options)
          expect(Exit.isSuccess(exit)).toBe(true)
          const latest = yield* Effect.flatMap(
            CheckpointStore,
            (one) => one.openReadOnly(folder).latest
          ).pipe(Effect.provide(store))
          const { checkpoint } = Option.getOrThrow(latest)
          return { events, last: yield* essence(checkpoint) }
        })
      const uninterrupted = yield* ended({})
      const stopped = yield* ended({ interruptAt: 9, killAt: 6 })
      expect(stopped.last).toStrictEqual(uninterrupted.last)
      expect(stopped.events.length).toBeLessThan(uninterrupted.events.length)
    })
  )

  it.scopedLive("runs under the command line, and resumes in another process", () =>
    Effect.gen(function* () {
      const url = yield* server
      const cwd = yield* temporaryFolder
      const run = (epochs: number) =>
        Effect.promise(
          () =>
            start(
              [
                "run",
                projectFile("examples/custom-store/pipeline.ts"),
                "--config",
                projectFile("examples/custom-store/config.json"),
                "--set",
                `training.num_epochs=${epochs}`
              ],
              cwd,
              { OBJECT_STORAGE: url }
            ).ended
        )
      expect((yield* run(1)).code).toBe(0)
      const second = yield* run(2)
      expect(second.code).toBe(0)
      expect(second.out).toMatch(/resum/i)
    })
  )
})
