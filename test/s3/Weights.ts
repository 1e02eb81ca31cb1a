import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as UrlStorage from "../../src/checkpointing/store/UrlStorage.js"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"

/** Folders of this machine, and buckets of the service that the environment names at their first use. */
export const storage = await Effect.runPromise(
  Effect.provide(UrlStorage.make, NodeFileSystem.layer)
)

/** The digest of all tensors, which follow the header, of the last checkpoint in a folder or bucket. */
export const digestAt = (folder: string): Promise<string> =>
  Effect.runPromise(
    storage.open(storage.join(folder, "latest_checkpoint.safetensors"), ({ bytes, read }) => {
      const found = Buffer.alloc(bytes)
      return Effect.map(read(0, found), () => {
        const from = 8 + Number(found.readBigUInt64LE(0))
        return createHash("sha256").update(found.subarray(from)).digest("hex")
      })
    })
  )
