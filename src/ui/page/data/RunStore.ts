import type { LiveEvent, RunList, RunSummary, SweepSummary } from "../../Api.js"
import { sourceError, type Connection, type Source, type SourceError } from "./Source.js"

/** What is known of all runs. */
export interface RunsState {
  readonly status: "loading" | "ready" | "failed"
  readonly list: RunList | null
  readonly runs: ReadonlyArray<RunSummary>
  readonly sweeps: ReadonlyArray<SweepSummary>
  readonly error: SourceError | null
  readonly connection: Connection
}

const empty: RunsState = {
  status: "loading",
  list: null,
  runs: [],
  sweeps: [],
  error: null,
  connection: "none"
}

/** The items after one has changed: one that is new comes first. */
const put = <A extends { readonly id: string }>(items: ReadonlyArray<A>, item: A) =>
  items.some(({ id }) => id === item.id)
    ? items.map((one) => (one.id === item.id ? item : one))
    : [item, ...items]

type Known = Pick<RunsState, "runs" | "sweeps">

/** The runs and sweeps after an event. */
export const afterEvent = (known: Known, { data, event }: LiveEvent): Known => {
  switch (event) {
    case "run":
      return { ...known, runs: put(known.runs, data) }
    case "gone":
      return { ...known, runs: known.runs.filter(({ id }) => id !== data.id) }
    case "sweep":
      return { ...known, sweeps: put(known.sweeps, data) }
    case "sweepGone":
      return { ...known, sweeps: known.sweeps.filter(({ id }) => id !== data.id) }
    case "points":
      return known
  }
}

/** All runs as they are, kept up to date; those who show them subscribe. */
export class RunStore {
  state: RunsState = empty
  private readonly listeners = new Set<() => void>()
  private readonly pointListeners = new Set<(id: string) => void>()
  private pending: Array<LiveEvent> = []
  private stop: (() => void) | null = null
  private again: ReturnType<typeof setTimeout> | undefined

  constructor(readonly source: Source) {}

  /** Reads the list once changes are listened for, and again after each gap, so that none is missed. */
  start(): void {
    const { live } = this.source
    if (live === null) {
      void this.load()
      return
    }
    this.stop = live(
      (event) => this.receive(event),
      (connection) => {
        this.set({ connection })
        const isFirst = this.state.status === "loading"
        if (connection === "live" || (connection === "lost" && isFirst)) void this.load()
      }
    )
  }

  close(): void {
    clearTimeout(this.again)
    this.stop?.()
  }

  async load(): Promise<void> {
    clearTimeout(this.again)
    try {
      const list = await this.source.runs(AbortSignal.timeout(120_000))
      this.set({ status: "ready", list, runs: list.runs, sweeps: list.sweeps, error: null })
      // Of many runs the server has read some; it reads the others meanwhile.
      if (list.unread > 0) this.again = setTimeout(() => void this.load(), 500)
    } catch (error) {
      const known = sourceError(error)
      // A list that was there stays; the connection says that it is old.
      this.set(this.state.list === null ? { status: "failed", error: known } : { error: known })
    }
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Calls `listener` with the run that has more points than before. */
  onPoints(listener: (id: string) => void): () => void {
    this.pointListeners.add(listener)
    return () => this.pointListeners.delete(listener)
  }

  /** Takes what an action answers, before the stream brings the same. */
  update(summary: RunSummary): void {
    this.receive({ event: "run", data: summary })
  }

  /** Events of one frame are shown at once. */
  private receive(event: LiveEvent): void {
    this.pending.push(event)
    if (this.pending.length > 1) return
    setTimeout(() => {
      const events = this.pending
      this.pending = []
      this.set(events.reduce(afterEvent, this.state))
      const changed = new Set(events.map(({ data }) => data.id))
      for (const id of changed) for (const listener of this.pointListeners) listener(id)
    }, 50)
  }

  private set(change: Partial<RunsState>): void {
    this.state = { ...this.state, ...change }
    for (const listener of this.listeners) listener()
  }
}
