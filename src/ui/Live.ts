import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Queue from "effect/Queue"
import * as RcRef from "effect/RcRef"
import * as Stream from "effect/Stream"
import { watch, type FSWatcher } from "node:fs"
import type * as Api from "./Api.js"
import type { KnownRun, RunIndex } from "./RunIndex.js"
import type { SweepIndex } from "./SweepIndex.js"

/** How often files are looked at: those of runs that train, and all. */
const often = "1 second"
const seldom = "3 seconds"
/** The least time between two looks after a file has changed. */
const atMost = "200 millis"

/** Watches the folders of runs that train; calls `changed` with the id of one in which a file has. */
const watchers = (changed: (id: string) => void) => {
  const open = new Map<string, FSWatcher>()
  const close = (id: string) => {
    open.get(id)?.close()
    open.delete(id)
  }
  return {
    /** Watches these, and no others. */
    follow: (runs: ReadonlyArray<KnownRun>): void => {
      const ids = new Set(runs.map(({ id }) => id))
      for (const id of open.keys()) if (!ids.has(id)) close(id)
      for (const { folder, id } of runs) {
        if (open.has(id)) continue
        // Where it cannot be watched, looking now and then must do.
        try {
          const watcher = watch(folder, { persistent: false }, () => changed(id))
          watcher.on("error", () => close(id))
          open.set(id, watcher)
        } catch {
          continue
        }
      }
    },
    close: () => {
      for (const id of open.keys()) close(id)
    }
  }
}

/** What is new or of another version than before, and the ids of what is gone. */
const since = <A extends { readonly id: string; readonly version: number }>(
  before: ReadonlyMap<string, A>,
  now: ReadonlyMap<string, A>
) => ({
  changed: [...now.values()].filter(({ id, version }) => before.get(id)?.version !== version),
  gone: [...before.keys()].filter((id) => !now.has(id))
})

/**
 * The events of an index and of its sweeps. However many pages follow them, files are looked at once; with
 * the last page this ends.
 */
export const make = (index: RunIndex, sweeps: SweepIndex) =>
  Effect.gen(function* () {
    const changes = yield* PubSub.sliding<void>(1)

    const look = Effect.gen(function* () {
      const wake = yield* Queue.sliding<string>(1)
      const dirty = new Set<string>()
      const watching = yield* Effect.acquireRelease(
        Effect.sync(() =>
          watchers((id) => {
            dirty.add(id)
            Queue.unsafeOffer(wake, id)
          })
        ),
        ({ close }) => Effect.sync(close)
      )
      const versionNow = () => index.known().version + sweeps.known().version
      let published = versionNow()
      const publish = Effect.gen(function* () {
        yield* sweeps.refresh
        const version = versionNow()
        if (version !== published) yield* PubSub.publish(changes, undefined)
        published = version
      })
      const once = Effect.gen(function* () {
        const running = [...index.known().runs.values()].filter(
          ({ summary }) => summary.status === "running"
        )
        const ids = new Set([...running.map(({ id }) => id), ...dirty])
        dirty.clear()
        yield* index.refresh([...ids])
        yield* Effect.sync(() => watching.follow(running))
        yield* publish
      })
      const pause = Effect.race(
        Effect.sleep(often),
        Effect.zipRight(Queue.take(wake), Effect.sleep(atMost))
      )
      yield* Effect.forkScoped(Effect.forever(Effect.zipRight(once, pause)))
      // Thousands of runs take a while: those that train do not wait for it.
      const all = Effect.zipRight(Effect.ignore(index.all), publish)
      yield* Effect.forkScoped(Effect.forever(Effect.zipRight(all, Effect.sleep(seldom))))
    })

    const shared = yield* RcRef.make({ acquire: look })

    return Stream.unwrapScoped(
      Effect.gen(function* () {
        yield* RcRef.get(shared)
        const changed = yield* PubSub.subscribe(changes)
        let seen = new Map(index.known().runs)
        let seenSweeps = new Map(sweeps.known().sweeps)
        const newsOfSweeps = (): ReadonlyArray<Api.LiveEvent> => {
          const { sweeps: known } = sweeps.known()
          const { changed, gone } = since(seenSweeps, known)
          seenSweeps = new Map(known)
          return [
            ...changed.map(({ detail }) => ({ event: "sweep", data: detail.summary }) as const),
            ...gone.map((id) => ({ event: "sweepGone", data: { id } }) as const)
          ]
        }
        /** What has changed since this page was last told. */
        const news = (): ReadonlyArray<Api.LiveEvent> => {
          const { runs } = index.known()
          const { changed, gone } = since(seen, runs)
          const events = changed.flatMap(({ id, summary }): ReadonlyArray<Api.LiveEvent> => {
            const { global_step } = summary
            const points = { event: "points", data: { id, global_step } } as const
            return [
              { event: "run", data: summary },
              ...(seen.get(id)?.summary.global_step === global_step ? [] : [points])
            ]
          })
          seen = new Map(runs)
          return [
            ...events,
            ...gone.map((id) => ({ event: "gone", data: { id } }) as const),
            ...newsOfSweeps()
          ]
        }
        return Stream.fromQueue(changed).pipe(Stream.mapConcat(news))
      })
    )
  })
