import { sector, type Operation, type SimulatedDisk } from "./SimulatedDisk.js"

/** Draws from [0, 1), the same sequence for the same seed. */
export const randomOf = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) | 0
    const mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

/** Whether an fsync among `later` covers `operation`. */
const isSynced = (operation: Operation, later: ReadonlyArray<Operation>): boolean =>
  later.some(
    (sync) =>
      sync._tag === "Sync" &&
      (operation._tag === "Write"
        ? operation.inode === sync.inode
        : operation._tag === "Names" &&
          operation.changes.some(({ folder }) => folder === sync.inode))
  )

/** A write of which only some sectors came to the disk; all of them where `draw` is below. */
const tear = (operation: Operation, draw: () => number): ReadonlyArray<Operation> => {
  if (operation._tag !== "Write") return [operation]
  const parts: Array<Operation> = []
  const { data, at } = operation
  // Sectors lie where the disk has them, not where the write begins.
  for (let start = at; start < at + data.length;) {
    const end = Math.min(at + data.length, (Math.floor(start / sector) + 1) * sector)
    if (draw() < 0.5) {
      parts.push({ ...operation, at: start, data: data.subarray(start - at, end - at) })
    }
    start = end
  }
  return parts
}

/**
 * The disks that a crash may leave at any moment, each once; and again if it is also left after the
 * first `durable` operations, when what they did is promised to last.
 */
export function* crashes(
  before: SimulatedDisk,
  after: SimulatedDisk,
  samples: number,
  draw: () => number,
  durable = Infinity
): Generator<{ readonly isDurable: boolean; readonly crashed: SimulatedDisk }> {
  const seen = new Set<string>()
  for (let cut = 0; cut <= after.operations.length; cut++) {
    const isDurable = cut >= durable
    for (const crashed of crashesAt(before, after, cut, samples, draw)) {
      const state = `${isDurable} ${crashed.fingerprint()}`
      if (!seen.has(state)) yield { isDurable, crashed }
      seen.add(state)
    }
  }
}

/**
 * The disks that a crash may leave after the first `cut` of the operations that led from `before` to
 * `after`. What an fsync covers is there; of the rest: all, none, all but one, one alone, some, and
 * some with writes cut between sectors. Leaving out an operation and not a later one is what
 * reordering between fsyncs comes to.
 */
function* crashesAt(
  before: SimulatedDisk,
  after: SimulatedDisk,
  cut: number,
  samples: number,
  draw: () => number
): Generator<SimulatedDisk> {
  const done = after.operations.slice(0, cut)
  const loose = done.filter((operation, at) => !isSynced(operation, done.slice(at + 1)))
  const disk = (keep: (operation: Operation) => ReadonlyArray<Operation>) => {
    const crashed = before.copy()
    crashed.adopt(after)
    const free = new Set(loose)
    for (const operation of done) {
      for (const part of free.has(operation) ? keep(operation) : [operation]) crashed.replay(part)
    }
    return crashed
  }
  yield disk((operation) => [operation])
  yield disk(() => [])
  for (const one of loose) {
    yield disk((operation) => (operation === one ? [] : [operation]))
    yield disk((operation) => (operation === one ? [operation] : []))
  }
  for (let sample = 0; sample < samples; sample++) {
    yield disk((operation) => (draw() < 0.5 ? [operation] : []))
    yield disk((operation) => (draw() < 0.7 ? tear(operation, draw) : [operation]))
  }
}
