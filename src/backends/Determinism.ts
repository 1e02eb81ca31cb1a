import * as Context from "effect/Context"

/** Whether a backend computes the same bits again, and where. */
export interface Determinism {
  /**
   * "Everywhere": on every processor. "Here": in every process on processors of this model, with these
   * versions of Node and of the backend. "Nowhere": not even in two processes on one machine.
   */
  readonly holds: "Everywhere" | "Here" | "Nowhere"
  /** How many threads compute, where the bits depend on it. */
  readonly threads?: number
}

/** Whether the run must be deterministic, at whatever cost: `--deterministic`. */
export class DeterminismRequired extends Context.Reference<DeterminismRequired>()(
  "holdfast/DeterminismRequired",
  { defaultValue: () => false }
) {}

const known = new Map<string, Determinism>([
  ["wasm", { holds: "Everywhere" }],
  ["cpu", { holds: "Here" }],
  ["webgpu", { holds: "Nowhere" }]
])

/** Says what a backend promises from now on. */
export const declare = (backendName: string, determinism: Determinism): void =>
  void known.set(backendName, determinism)

/** What a backend, which has been started, promises; undefined of a custom one that says nothing. */
export const of = (backendName: string): Determinism | undefined => known.get(backendName)

/** What a checkpoint says of how it was computed. */
export interface Recorded {
  readonly backend: string
  readonly deterministic?: boolean
  readonly threads?: number
}

/**
 * What a checkpoint of a run records: `deterministic` is whether every step of it was computed so that
 * the same run gives the same bits, from `before`, the checkpoint that it resumed from, if it did.
 */
export const record = (backend: string, before: Recorded | null): Omit<Recorded, "backend"> => {
  const now = of(backend)
  if (now === undefined) return {}
  const { holds, threads } = now
  const unbroken =
    before === null ||
    (wasDeterministic(before) && before.backend === backend && before.threads === threads)
  return {
    deterministic: holds !== "Nowhere" && unbroken,
    ...(threads !== undefined && { threads })
  }
}

/** Whether a checkpoint was computed deterministically; those of earlier releases do not say. */
const wasDeterministic = ({ backend, deterministic }: Recorded): boolean =>
  deterministic ?? (backend === "wasm" || backend === "cpu")

/** What a run that resumes from a checkpoint on the same backend does not keep of its determinism. */
export const lost = (before: Recorded): "Determinism" | "Threads" | null => {
  const now = of(before.backend)
  if (now === undefined || !wasDeterministic(before)) return null
  if (now.holds === "Nowhere") return "Determinism"
  return before.threads !== undefined && before.threads !== now.threads ? "Threads" : null
}
