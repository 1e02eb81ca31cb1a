import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { Lease } from "../../../io/folderLock/Holder.js"
import * as NodeFileSystem from "../../../io/NodeFileSystem.js"
import type { CheckpointError } from "../../CheckpointError.js"
import { Storage } from "../../Storage.js"
import * as UrlStorage from "../UrlStorage.js"
import * as Mirror from "./Mirror.js"
import type { Failure, FromThread, Setup, ToThread } from "./onThread.js"

const failureOf = ({ detail, path, reason }: CheckpointError): Failure => ({ reason, path, detail })

/** Keeps a mirror; gives what answers the questions of the main thread, of which the last is to stop. */
export const keep = (
  { lease, terms }: Setup,
  post: (message: FromThread) => void
): ((question: ToThread) => void) => {
  const logger = Logger.make(({ logLevel, message }) =>
    post({
      _tag: "Log",
      isWarning: LogLevel.greaterThanEqual(logLevel, LogLevel.Warning),
      text: [message].flat().join(" ")
    })
  )
  const run = <A, E>(effect: Effect.Effect<A, E>) =>
    Effect.runFork(Effect.provide(effect, Logger.replace(Logger.defaultLogger, logger)))
  const opened = Effect.runSync(Deferred.make<Mirror.Mirror, CheckpointError>())
  const kept = run(
    Effect.gen(function* () {
      const storage = yield* UrlStorage.make
      const mirror = yield* Effect.provideService(Mirror.open(terms), Storage, storage)
      yield* Deferred.succeed(opened, mirror)
      post({ _tag: "Opened", failure: null })
      post({ _tag: "Lost", failure: failureOf(yield* mirror.lost) })
      // Until it is to stop.
      return yield* Effect.never
    }).pipe(
      Effect.scoped,
      Effect.provideService(Lease, lease),
      Effect.provide(NodeFileSystem.layer),
      Effect.catchAll((error) =>
        Effect.zipRight(
          Deferred.fail(opened, error),
          Effect.sync(() => post({ _tag: "Opened", failure: failureOf(error) }))
        )
      )
    )
  )
  return ({ ask, id }) =>
    run(
      (ask === "stop"
        ? // Then its lock is free.
          Fiber.interrupt(kept)
        : Effect.flatMap(Deferred.await(opened), (mirror) => mirror[ask])
      ).pipe(
        Effect.match({
          onFailure: (error) => post({ _tag: "Done", id, failure: failureOf(error) }),
          onSuccess: () => post({ _tag: "Done", id, failure: null })
        })
      )
    )
}
