/** What was timed: milliseconds since the profile began, or that it took. */
export interface Segment {
  readonly name: string
  readonly kind: Kind
  readonly start: number
  readonly milliseconds: number
}

/** The parts of a step, in their order, and stages and other spans around them. */
export const parts = ["data", "forward", "loss", "backward", "metrics", "update"] as const
export type Part = (typeof parts)[number]
export type Kind = Part | "stage" | "span"

/** How often something was timed, and how long it took in all. */
export interface Total {
  readonly count: number
  readonly milliseconds: number
}

/** A layer of a model, and how long its passes took in training. */
export interface LayerTotal {
  readonly layer: string
  readonly kind: string
  readonly forward: number
  readonly backward: number
}

/** Where the time of a run went. */
export interface Profile {
  readonly steps: number
  /** In the order in which they ran first; those inside of others follow them, deeper. */
  readonly stages: ReadonlyArray<Total & { readonly name: string; readonly depth: number }>
  /** Of all steps. */
  readonly parts: Readonly<Record<Part, Total>>
  /** Of all steps, in the order of the models. */
  readonly layers: ReadonlyArray<LayerTotal>
  readonly segments: ReadonlyArray<Segment>
  /** How many segments there were beyond those that are kept; totals count them. */
  readonly dropped: number
  /** Where the run keeps its checkpoints; null: it did not get that far. */
  readonly folder: string | null
}

/**
 * A profile as a trace that Chrome (chrome://tracing), Perfetto and speedscope open as a flame chart:
 * stages and the parts of steps in one row, what runs beside them in another.
 */
export const toTrace = ({ segments }: Pick<Profile, "segments">): object => ({
  displayTimeUnit: "ms",
  traceEvents: [
    { name: "thread_name", ph: "M", pid: 1, tid: 1, args: { name: "training" } },
    { name: "thread_name", ph: "M", pid: 1, tid: 2, args: { name: "spans" } },
    ...segments.map(({ kind, milliseconds, name, start }) => ({
      name,
      cat: kind,
      ph: "X",
      pid: 1,
      tid: kind === "span" ? 2 : 1,
      ts: Math.round(start * 1000),
      dur: Math.round(milliseconds * 1000)
    }))
  ]
})
