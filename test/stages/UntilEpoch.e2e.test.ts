import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { UntilEpoch, UntilEpochReached } from "../../src/training/UntilEpoch.js"
import {
  checkpointIn,
  essence,
  session,
  temporaryFolder,
  type Outcome
} from "../support/session.js"

const until =
  (epoch: number) =>
  <A, E, R>(self: Effect.Effect<A, E, R>) =>
    Effect.provideService(self, UntilEpoch, { epoch })

const failureOf = ({ exit }: Outcome): unknown =>
  Exit.isFailure(exit) ? Cause.squash(exit.cause) : null

const epochsOf = ({ events }: Outcome) =>
  events.flatMap((event) => (event._tag === "EpochFinished" ? [event.record.epoch] : []))

const endIn = (folder: string) => Effect.flatMap(checkpointIn(folder), essence)

describe("UntilEpoch", () => {
  it.scopedLive(
    "ends a run after an epoch, saved, which ends with the bits of one that never paused",
    () =>
      Effect.gen(function* () {
        const [folder, undisturbed] = [yield* temporaryFolder, yield* temporaryFolder]
        const first = yield* session({ folder }).pipe(until(2))
        expect(failureOf(first)).toBeInstanceOf(UntilEpochReached)
        expect(epochsOf(first)).toEqual([1, 2])
        expect((yield* checkpointIn(folder)).meta).toMatchObject({ epoch: 2, step: 0 })
        const again = yield* session({ folder }).pipe(until(2))
        expect(epochsOf(again)).toEqual([])
        const last = yield* session({ folder }).pipe(until(9))
        expect(failureOf(last)).toBe(null)
        expect(epochsOf(last)).toEqual([3, 4])
        yield* session({ folder: undisturbed })
        expect(yield* endIn(folder)).toEqual(yield* endIn(undisturbed))
      })
  )

  it.scopedLive(
    "lets another run start from the end of that epoch, with the same bits where nothing else changes",
    () =>
      Effect.gen(function* () {
        const [folder, fork, other] = [
          yield* temporaryFolder,
          yield* temporaryFolder,
          yield* temporaryFolder
        ]
        yield* session({ folder }).pipe(until(2))
        const resume = { path: `${folder}/checkpoints/latest_checkpoint.safetensors` }
        yield* session({ folder: fork, resume })
        yield* session({ folder: other, resume, training: { learning_rate: 0.3 } })
        yield* session({ folder })
        expect((yield* endIn(fork)).bytes).toEqual((yield* endIn(folder)).bytes)
        expect((yield* endIn(other)).bytes).not.toEqual((yield* endIn(folder)).bytes)
      })
  )
})
