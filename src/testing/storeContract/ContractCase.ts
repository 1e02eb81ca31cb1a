import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { StorageOperations } from "../../checkpointing/Storage.js"
import type { MirrorOptions } from "../../checkpointing/store/CheckpointStoreService.js"

/** A storage to be tested. */
export interface StorageSubject {
  /** A storage on an empty medium. Runs once for each case. */
  readonly make: Effect.Effect<StorageOperations, unknown, Scope.Scope>
  /** A folder that does not exist in the storage; by default `run`. */
  readonly folder?: Effect.Effect<string>
  /**
   * Takes the lock of a folder away from its holder, as another process does whose clock says that
   * the lock has expired. By default an object `.lock` in the folder is removed.
   */
  readonly takeLock?: (storage: StorageOperations, folder: string) => Effect.Effect<void, unknown>
  /**
   * A second folder in the storage, on another medium if it has several: the store then keeps copies there,
   * and cases of its own are added.
   */
  readonly mirror?: (folder: string) => string
}

/** What a case uses. */
export interface CaseContext {
  readonly storage: StorageOperations
  readonly folder: string
  readonly takeLock: Effect.Effect<void, unknown>
  readonly takeMirrorLock: Effect.Effect<void, unknown>
  /** The mirror of a folder; null: it has none. */
  readonly mirrorOf: (folder: string) => MirrorOptions | null
}

/** One case of the contract. `run` fails, or dies of an assertion, if the storage does not pass. */
export interface ContractCase {
  readonly name: string
  readonly run: Effect.Effect<void, unknown>
}

/** A case before it has a storage. */
export interface CaseBody {
  readonly name: string
  readonly body: (context: CaseContext) => Effect.Effect<void, unknown, Scope.Scope>
}
