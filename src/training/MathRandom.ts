import { AsyncLocalStorage } from "node:async_hooks"
import * as Effect from "effect/Effect"
import * as Supervisor from "effect/Supervisor"
import type { Rng } from "../data/Dataset.js"

/** The generator of the asynchronous code that asks; undefined: the process's own `Math.random`. */
type Storage = AsyncLocalStorage<Rng | undefined>

/**
 * Runs `body` with `Math.random` drawing from `draw`, in its fiber and in the promises that it awaits.
 * Other code that runs meanwhile keeps the process's own `Math.random`.
 *
 * TensorFlow.js takes the seeds of its initializers from `Math.random` and offers no other way in.
 */
export const seeded = <A, E, R>(draw: Rng, body: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(install),
    (storage) => {
      const fiber = new InFiber(storage, draw)
      return Effect.suspend(() => {
        fiber.onResume()
        return Effect.supervised(body, fiber)
      }).pipe(Effect.ensuring(Effect.sync(() => fiber.onSuspend())))
    },
    () => Effect.sync(uninstall)
  )

/** Has what a fiber runs draw from `draw`, from each time it resumes until it suspends. */
class InFiber extends Supervisor.AbstractSupervisor<void> {
  readonly value = Effect.void
  constructor(
    private readonly storage: Storage,
    private readonly draw: Rng
  ) {
    super()
  }
  override onResume() {
    this.storage.enterWith(this.draw)
  }
  override onSuspend() {
    this.storage.enterWith(undefined)
  }
}

let installed: { readonly storage: Storage; readonly own: Rng; users: number } | undefined

/** Replaces `Math.random`, once for all that need it at the same time. */
const install = (): Storage => {
  if (installed === undefined) {
    const storage: Storage = new AsyncLocalStorage()
    const own = Math.random
    Math.random = () => (storage.getStore() ?? own)()
    installed = { storage, own, users: 0 }
  }
  installed.users += 1
  return installed.storage
}

const uninstall = () => {
  if (installed === undefined || --installed.users > 0) return
  Math.random = installed.own
  // Following every promise has a price, which training must not pay.
  installed.storage.disable()
  installed = undefined
}
