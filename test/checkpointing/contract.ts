import { describe, it } from "@effect/vitest"
import { storeContract, type StorageSubject } from "holdfast/testing"

/** Tests that a storage keeps the promises of a `CheckpointStore`. */
export const contract = (name: string, subject: StorageSubject) =>
  describe(`CheckpointStore on ${name}`, () => {
    for (const one of storeContract(subject)) it.live(one.name, () => one.run)
  })
