import * as Effect from "effect/Effect"
import type { ContractCase, StorageSubject } from "./storeContract/ContractCase.js"
import { faultCases } from "./storeContract/faults.js"
import { operationCases } from "./storeContract/operations.js"
import { storeCases } from "./storeContract/store.js"

export type { ContractCase, StorageSubject }

/**
 * The promises of a `CheckpointStore` on a storage, for any test runner: the operations themselves, the
 * store built on them, and both while each operation of a save fails in turn.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { it } from "vitest"
 * import type { Storage } from "holdfast"
 * import { storeContract } from "holdfast/testing"
 *
 * declare const makeStorage: Effect.Effect<Storage.StorageOperations>
 *
 * for (const { name, run } of storeContract({ make: makeStorage })) {
 *   it(name, () => Effect.runPromise(run))
 * }
 * ```
 */
export const storeContract = (subject: StorageSubject): ReadonlyArray<ContractCase> =>
  [...operationCases, ...storeCases, ...faultCases].map(({ body, name }) => ({
    name,
    run: Effect.gen(function* () {
      const storage = yield* subject.make
      const folder = yield* subject.folder ?? Effect.succeed("run")
      const takeLock =
        subject.takeLock?.(storage, folder) ?? storage.remove(storage.join(folder, ".lock"))
      yield* body({ storage, folder, takeLock })
    }).pipe(Effect.scoped)
  }))
