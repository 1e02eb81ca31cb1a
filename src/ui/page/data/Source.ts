import type {
  Action,
  ActionResult,
  Checkpoint,
  ExampleList,
  LiveEvent,
  MetricList,
  RunDetail,
  RunList,
  SeriesList,
  Spectrogram,
  SweepDetail,
  XAxis
} from "../../Api.js"

/** Curves that are asked for. */
export interface SeriesQuery {
  readonly ids: ReadonlyArray<string>
  readonly metrics: ReadonlyArray<string>
  readonly x: XAxis
  readonly points: number
  readonly from?: number
  readonly to?: number
}

/** An example of a run, of which there may be a recording. */
export interface ExampleQuery {
  readonly id: string
  readonly split: string
  readonly index: number
}

/** How a live connection stands. */
export type Connection = "connecting" | "live" | "lost" | "none"

/** Where the page has its runs from: a server, or a report that they are written into. */
export interface Source {
  readonly runs: (signal: AbortSignal) => Promise<RunList>
  readonly run: (id: string, signal: AbortSignal) => Promise<RunDetail>
  readonly sweep: (id: string, signal: AbortSignal) => Promise<SweepDetail>
  readonly metrics: (ids: ReadonlyArray<string>, signal: AbortSignal) => Promise<MetricList>
  readonly series: (query: SeriesQuery, signal: AbortSignal) => Promise<SeriesList>
  readonly examples: (id: string, split: string | null, signal: AbortSignal) => Promise<ExampleList>
  readonly spectrogram: (example: ExampleQuery, signal: AbortSignal) => Promise<Spectrogram>
  /** The address of a recording; null where there is none. */
  readonly audio: (example: ExampleQuery) => string | null
  /** What curves can be drawn over. */
  readonly axes: ReadonlyArray<XAxis>
  /** Listens for what changes, until the function that it returns is called; null where nothing does. */
  readonly live:
    | ((
        onEvent: (event: LiveEvent) => void,
        onConnection: (connection: Connection) => void
      ) => () => void)
    | null
  /** Null where nothing can be done, as in a report. */
  readonly act: ((action: Action) => Promise<ActionResult>) | null
  /** Has the server read every byte of a run's checkpoints; null where there is no server. */
  readonly verify: ((id: string) => Promise<ReadonlyArray<Checkpoint>>) | null
}

/** A request that was refused, or had no answer. */
export class SourceError extends Error {
  constructor(
    /** One of `ApiErrorCode`, or "Offline": the server does not answer. */
    readonly code: string,
    message: string
  ) {
    super(message)
  }
}

/** What went wrong, as a `SourceError`. */
export const sourceError = (error: unknown): SourceError =>
  error instanceof SourceError ? error : new SourceError("Failed", String(error))
