import * as Effect from "effect/Effect"
import type { ContractCase, StorageSubject } from "./storeContract/ContractCase.js"
import { faultCases } from "./storeContract/faults.js"
import { mirrorCases } from "./storeContract/mirror.js"
import { operationCases } from "./storeContract/operations.js"
import { storeCases } from "./storeContract/store.js"

export type { ContractCase, StorageSubject }

/**
 * The promises of a `CheckpointStore` on a storage, for any test runner: the operations themselves, the
 * store built on them, and both while each operation of a save fails in turn. With a `mirror`: of a store
 * whose folders have one, in place of the operations.
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
  [
    ...(subject.mirror === undefined ? operationCases : mirrorCases),
    ...storeCases,
    ...faultCases
  ].map(({ body, name }) => ({
    name,
    run: Effect.gen(function* () {
      const storage = yield* subject.make
      const folder = yield* subject.folder ?? Effect.succeed("run")
      const takeLockOf = (of: string) =>
        subject.takeLock?.(storage, of) ?? storage.remove(storage.join(of, ".lock"))
      const mirrorOf = (of: string) =>
        subject.mirror === undefined ? null : { folder: subject.mirror(of), patience: 20, pause: 1 }
      yield* body({
        storage,
        folder,
        mirrorOf,
        takeLock: takeLockOf(folder),
        takeMirrorLock: takeLockOf(mirrorOf(folder)?.folder ?? folder)
      })
    }).pipe(Effect.scoped)
  }))
