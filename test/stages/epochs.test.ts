import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { pipelineOf, session, temporaryFolder } from "../support/session.js"

/** The events of a session that have this tag. */
const seen = (events: ReadonlyArray<{ readonly _tag: string }>, tag: string) =>
  events.filter(({ _tag }) => _tag === tag)

describe("epochs", () => {
  it.scopedLive("runs its stages num_epochs times, then finishes the run", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { events } = yield* session({ folder, training: { num_epochs: 3 } })
      expect(seen(events, "EpochFinished")).toHaveLength(3)
      expect(seen(events, "RunFinished")).toMatchObject([{ epoch: 3, stopped: null }])
    })
  )

  it.scopedLive("trains no further epoch once a stage has stopped the run", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { events } = yield* session({ folder, pipeline: pipelineOf({ stopAfter: 2 }) })
      expect(seen(events, "EpochFinished")).toHaveLength(2)
      expect(seen(events, "RunFinished")).toMatchObject([{ epoch: 2, stopped: "seen enough" }])
    })
  )

  it.scopedLive("trains nothing where the run is finished already", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* session({ folder, training: { num_epochs: 2 } })
      const { events } = yield* session({ folder, training: { num_epochs: 2 } })
      expect(seen(events, "AlreadyFinished")).toMatchObject([{ epoch: 2, epochs: 2 }])
      expect(seen(events, "EpochFinished")).toHaveLength(0)
    })
  )
})
