import * as Effect from "effect/Effect"
import type { CheckpointError } from "../../CheckpointError.js"
import { withHeader } from "../../format/ReadHeader.js"
import { verifyData } from "../../format/ReadTensors.js"
import { Storage, type OpenObject } from "../../Storage.js"

/**
 * Copies the checkpoint at `from`, bit for bit, and verifies each byte of it on the way: `to` gets its name
 * only if all are as they were saved, and `ready` succeeds.
 */
export const copyVerified = Effect.fn("CheckpointStore.copy")(function* (
  from: string,
  to: string,
  ready: Effect.Effect<void, CheckpointError> = Effect.void
) {
  const { put } = yield* Storage
  yield* withHeader(from, (object, opened) =>
    put(to, { bytes: object.bytes, ready }, ({ write }) => {
      const copied: OpenObject = {
        bytes: object.bytes,
        read: (offset, buffer) =>
          Effect.tap(object.read(offset, buffer), (length) =>
            write(offset, buffer.subarray(0, length))
          )
      }
      return Effect.zipRight(
        copied.read(0, new Uint8Array(opened.header.length)),
        verifyData(from, copied, opened)
      )
    })
  )
})

/** Whether an error says that a checkpoint is damaged or gone, rather than that it cannot be read or written now. */
export const isDamage = ({ reason }: CheckpointError): boolean =>
  ["Damaged", "Truncated", "NotACheckpoint", "UnsupportedVersion", "NotFound"].includes(reason)
