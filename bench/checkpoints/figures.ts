/** One measured quantity: what is bounded, and whether the bound is kept. */
export interface Figure {
  readonly name: string
  readonly ours: string
  /** What ours is compared with, and how much that is. */
  readonly reference: string
  readonly value: string
  readonly bar: string
  readonly isMet: boolean
}

export const ms = (milliseconds: number): string =>
  `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`

export const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

/** A Markdown table. */
export const table = (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

export const figuresTable = (figures: ReadonlyArray<Figure>): string =>
  table(
    ["", "ours", "reference", "ours to it", "bar", ""],
    figures.map(({ name, ours, reference, value, bar, isMet }) => [
      name,
      ours,
      reference,
      value,
      bar,
      isMet ? "met" : "**missed**"
    ])
  )
