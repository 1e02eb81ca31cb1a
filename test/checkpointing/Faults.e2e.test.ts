import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { CheckpointError } from "../../src/checkpointing/CheckpointError.js"
import type { CheckpointWriter } from "../../src/checkpointing/store/CheckpointStore.js"
import { fileNames } from "../../src/checkpointing/store/CheckpointStore.js"
import * as Retention from "../../src/checkpointing/Retention.js"
import type { Faulty, Outcome } from "../io/FaultyFileSystem.js"
import { codes, errors, exhaust } from "../io/FaultyFileSystem.js"
import { SimulatedDisk } from "../io/SimulatedDisk.js"
import {
  earlier,
  epochEnd,
  epochsIn,
  folderPath,
  found,
  saves,
  withFolder,
  withStore
} from "./simulated.js"

const pathOf = (name: string) => `${folderPath}/${name}`
const latest = pathOf(fileNames.latest)
const own = "epoch-0003-step-000000.safetensors"
const leftover = ".epoch-0004-step-000000.safetensors.2147483646-00000000-0.tmp"

/** Holds epochs 1 to 3, of which the next save keeps but 2 and 3, and what a dead process left. */
const prepared = (links: boolean) =>
  Effect.gen(function* () {
    const disk = new SimulatedDisk(links)
    const retention = { ...Retention.defaults, keep_last: 3 }
    yield* withStore(disk.fileSystem, (store) =>
      Effect.scoped(Effect.flatMap(store.open(folderPath, { retention }), earlier))
    )
    disk.put(pathOf(leftover), Buffer.alloc(100))
    return disk
  })

const prepare = Effect.runSync(Effect.cached(prepared(true)))

/** The same with a change. */
const changed = <E>(change: (disk: SimulatedDisk) => Effect.Effect<unknown, E>) =>
  Effect.gen(function* () {
    const disk = (yield* prepare).copy()
    yield* change(disk)
    return disk
  })

/**
 * Has a session, with each of its operations failing in turn and in every way, end well or in an
 * error of ours, and checks what it came to: the same value and the same disk once. `operations` are
 * some of those that must have been among them.
 */
const failing = <A>(
  what: string,
  options: {
    readonly before?: Effect.Effect<SimulatedDisk, unknown>
    readonly session: (faulty: Faulty) => Effect.Effect<A, CheckpointError>
    readonly check: (outcome: Outcome<A, CheckpointError>) => Effect.Effect<void, unknown>
    readonly operations: ReadonlyArray<string>
  }
) =>
  describe(`in ${what}`, () => {
    const { before = prepare, check, operations, session } = options
    it.live.each(operations.includes("write") ? codes : errors)("%s", (code) =>
      Effect.gen(function* () {
        const { faultless, outcomes } = yield* exhaust(yield* before, code, session)
        expect(Exit.isSuccess(faultless)).toBe(true)
        const failed = new Set(outcomes.map((outcome) => outcome.failed))
        const expected = code === "short write" ? ["write"] : operations
        expect([...failed]).toEqual(expect.arrayContaining([...expected]))
        const checked = new Set<string>()
        for (const outcome of outcomes) {
          const value = Exit.isSuccess(outcome.exit) ? outcome.exit.value : null
          if (Exit.isFailure(outcome.exit)) {
            // An error of ours that says what went wrong, and no defect.
            const error = Cause.squash(outcome.exit.cause)
            expect(error).toBeInstanceOf(CheckpointError)
            expect((error as CheckpointError).message).toMatch(/E[A-Z]+/)
          }
          const state = JSON.stringify([outcome.exit._tag, value, outcome.disk.fingerprint()])
          if (!checked.has(state)) yield* check(outcome)
          checked.add(state)
        }
      })
    )
  })

/** What was wrong is over: the next process sweeps, saves, and removes what is not to be kept. */
const goesOn = (disk: SimulatedDisk) =>
  Effect.gen(function* () {
    yield* withFolder(disk.fileSystem, (folder) => folder.save(epochEnd(5, 0.6), "latest"))
    expect(yield* found(disk.fileSystem)).toMatchObject({ latest: 5, latestFile: 5 })
    expect(yield* epochsIn(disk.fileSystem)).not.toContain(1)
    expect(disk.names(folderPath).filter((name) => name.endsWith(".tmp"))).toEqual([])
  })

const hasAll = ({ disk }: Outcome<unknown, unknown>) =>
  Effect.gen(function* () {
    const has = { latest: 3, latestFile: 3, best: 2, bestFile: 2 }
    expect(yield* found(disk.fileSystem)).toEqual(has)
    expect(yield* epochsIn(disk.fileSystem)).toEqual([3, 2, 1])
    yield* goesOn(disk)
  })

const pinned = (disk: SimulatedDisk) =>
  Effect.map(
    withStore(disk.fileSystem, (store) => store.list(folderPath)),
    (list) => list.filter((one) => one.pinned).map(({ name }) => name)
  )

describe("every operation fails once", () => {
  failing("opening a folder: what was there is there", {
    session: ({ during, fileSystem }) =>
      withStore(fileSystem, (store) =>
        Effect.scoped(Effect.asVoid(during(store.open(folderPath))))
      ),
    check: hasAll,
    operations: ["exists", "makeDirectory", "write", "fsync", "rename", "readDirectory", "remove"]
  })

  failing("closing it: what was there is there", {
    session: ({ during, fileSystem }) =>
      withStore(fileSystem, (store) =>
        Effect.gen(function* () {
          const scope = yield* Scope.make()
          yield* Scope.extend(store.open(folderPath), scope)
          yield* during(Scope.close(scope, Exit.void))
        })
      ),
    check: hasAll,
    operations: ["remove"]
  })

  type Use = (folder: CheckpointWriter) => Effect.Effect<unknown, CheckpointError>
  const nothing: Use = () => Effect.void
  const [asLatest] = saves as [(typeof saves)[0]]
  const kinds = [
    ...saves.map((kind) => ({ ...kind, first: nothing, links: true })),
    { ...asLatest, name: `${asLatest.name}, without links`, first: nothing, links: false },
    {
      name: "a save of what is the best as the latest",
      first: ((folder) => folder.save(epochEnd(4, 0.1), "best")) satisfies Use,
      save: (folder: CheckpointWriter) => folder.save(epochEnd(4, 0.1), "latest"),
      links: true,
      old: { latest: 3, best: 4 },
      new: { latest: 4, best: 4 },
      kept: [4, 3]
    }
  ]
  for (const { first, kept, links, name, save, ...expected } of kinds) {
    failing(`${name}: the old or the new is there`, {
      before: prepared(links),
      session: ({ during, fileSystem }) =>
        withFolder(fileSystem, (folder) =>
          Effect.zipRight(first(folder), during(Effect.asVoid(save(folder))))
        ),
      check: ({ disk, exit }) =>
        Effect.gen(function* () {
          const has = yield* found(disk.fileSystem)
          const epochs = yield* epochsIn(disk.fileSystem)
          if (Exit.isSuccess(exit)) expect(has).toMatchObject(expected.new)
          expect([expected.old.latest, expected.new.latest]).toContain(has.latest)
          expect([expected.old.latest, expected.new.latest]).toContain(has.latestFile)
          expect([expected.old.best, expected.new.best]).toContain(has.best)
          expect([expected.old.best, expected.new.best]).toContain(has.bestFile)
          // Nothing makes room for what is not durable.
          const stay = Exit.isSuccess(exit) || first !== nothing ? kept : [3, 2, 1]
          expect(epochs).toEqual(expect.arrayContaining(stay))
          yield* goesOn(disk)
        }),
      operations: [
        ...(first === nothing ? ["open", "write", "close", "read"] : []),
        ...(links ? ["link"] : []),
        "fsync",
        "rename",
        "readDirectory",
        "stat",
        "remove"
      ]
    })
  }

  failing("a save: the run itself can save again", {
    session: ({ during, fileSystem }) =>
      withFolder(fileSystem, (folder) => {
        const attempt = Effect.isSuccess(folder.save(epochEnd(4, 0.3), "latest"))
        return during(Effect.all([attempt, attempt]))
      }),
    check: ({ disk, exit }) =>
      Effect.gen(function* () {
        expect(Exit.isSuccess(exit) ? exit.value : []).toContain(true)
        const has = { latest: 4, latestFile: 4, best: 2, bestFile: 2 }
        expect(yield* found(disk.fileSystem)).toEqual(has)
        yield* goesOn(disk)
      }),
    operations: ["open", "write", "fsync", "close", "rename", "link", "remove", "stat"]
  })

  failing("moving aside: each is here or there", {
    session: ({ during, fileSystem }) =>
      withFolder(fileSystem, (folder) => during(folder.archive(() => false))),
    check: ({ disk, exit }) =>
      Effect.gen(function* () {
        const archives = disk.names(pathOf("archive")).map((name) => pathOf(`archive/${name}`))
        const [here, ...there] = yield* Effect.forEach([folderPath, ...archives], (folder) =>
          epochsIn(disk.fileSystem, folder)
        )
        expect(new Set([here, ...there].flat())).toEqual(new Set([1, 2, 3]))
        if (Exit.isSuccess(exit)) expect(here).toEqual([])
        yield* withFolder(disk.fileSystem, (folder) => folder.archive(() => false))
        expect(yield* epochsIn(disk.fileSystem)).toEqual([])
      }),
    operations: ["readDirectory", "makeDirectory", "rename", "open", "fsync", "close"]
  })

  const named = changed((disk) => disk.fileSystem.remove(pathOf(own)))
  for (const [what, before] of [
    ["a checkpoint", prepare],
    ["one that has but a well-known name", named]
  ] as const) {
    failing(`pinning ${what}: it is kept, or not yet pinned`, {
      before,
      session: ({ during, fileSystem }) =>
        withStore(fileSystem, (store) => during(store.pin(latest))),
      check: ({ disk, exit }) =>
        Effect.gen(function* () {
          const now = yield* pinned(disk)
          if (Exit.isSuccess(exit) || now.length > 0) expect(now).toEqual([own])
          yield* withStore(disk.fileSystem, (store) => store.pin(latest))
          yield* withFolder(disk.fileSystem, (folder) =>
            Effect.forEach([4, 5, 6], (epoch) => folder.save(epochEnd(epoch, 0.3), "latest"))
          )
          expect(yield* epochsIn(disk.fileSystem)).toEqual([6, 5, 3, 2])
        }),
      operations: ["readDirectory", "open", "write", "fsync", "rename", "stat"]
    })
  }

  failing("unpinning: it is as before, or unpinned", {
    before: changed((disk) => withStore(disk.fileSystem, (store) => store.pin(latest))),
    session: ({ during, fileSystem }) =>
      withStore(fileSystem, (store) => during(store.unpin(latest))),
    check: ({ disk, exit }) =>
      Effect.gen(function* () {
        if (Exit.isSuccess(exit)) expect(yield* pinned(disk)).toEqual([])
        yield* withStore(disk.fileSystem, (store) => store.unpin(latest))
        expect(yield* pinned(disk)).toEqual([])
      }),
    operations: ["readDirectory", "stat", "remove", "fsync"]
  })

  failing("loading: it, or an error", {
    session: ({ during, fileSystem }) =>
      withStore(fileSystem, (store) =>
        Effect.map(during(store.load(latest)), ({ meta }) => meta.epoch)
      ),
    check: ({ exit }) => Effect.sync(() => Exit.isSuccess(exit) && expect(exit.value).toBe(3)),
    operations: ["open", "fstat", "read", "close", "stat"]
  })

  for (const [name, ...epochs] of [
    ["latest", 3, 2],
    ["best", 2, 3]
  ] as const) {
    failing(`finding the ${name}: it, or an error`, {
      session: ({ during, fileSystem }) =>
        withStore(fileSystem, (store) =>
          Effect.map(
            during(store.openReadOnly(folderPath)[name]),
            (found) => Option.getOrThrow(found).meta.epoch
          )
        ),
      check: ({ code, exit }) =>
        Effect.sync(() => {
          // Only what the disk has lost is skipped.
          const [first, second] = epochs
          const may = code === "EIO" ? [first, second] : [first]
          if (Exit.isSuccess(exit)) expect(may).toContain(exit.value)
        }),
      operations: ["readDirectory", "open", "read", "close", "stat"]
    })
  }
})
