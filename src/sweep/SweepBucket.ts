import * as Effect from "effect/Effect"
import { sweepFile } from "../checkpointing/FileNames.js"
import { Storage } from "../checkpointing/Storage.js"
import { encode, type Definition } from "./Definition.js"
import { decodeDefinition } from "./SweepFolder.js"

/** The definition in a bucket of trials' checkpoints: by it, those of two sweeps cannot mix there. */
const objectIn = (bucket: string): string => `${bucket}/${sweepFile}`

/** Reads what the sweep computes whose trials have their checkpoints in a bucket; null: none has yet. */
export const readDefinitionIn = Effect.fn("SweepBucket.readDefinitionIn")(function* (
  bucket: string
) {
  const storage = yield* Storage
  const id = objectIn(bucket)
  const text = yield* storage
    .open(id, ({ bytes, read }) => {
      const buffer = new Uint8Array(bytes)
      return Effect.map(read(0, buffer), () => new TextDecoder().decode(buffer))
    })
    .pipe(
      Effect.catchIf(
        ({ reason }) => reason === "NotFound",
        () => Effect.succeed(null)
      )
    )
  return text === null ? null : yield* decodeDefinition(text, id)
})

/** Writes it. */
export const writeDefinitionIn = Effect.fn("SweepBucket.writeDefinitionIn")(function* (
  bucket: string,
  definition: Definition
) {
  const storage = yield* Storage
  const bytes = new TextEncoder().encode(`${JSON.stringify(encode(definition), null, 2)}\n`)
  yield* storage.put(objectIn(bucket), { bytes: bytes.length }, ({ write }) => write(0, bytes))
})
