import type { Detail } from "../../Api.js"

/** What a run has guessed: `matrix[label][guess]`, counts or sums of weights. */
export interface Confusion {
  readonly split: string
  readonly epoch: number
  readonly classes: ReadonlyArray<string>
  readonly matrix: ReadonlyArray<ReadonlyArray<number>>
}

/** How well a class is recognized. A share is null where there is nothing to divide by. */
export interface ClassScore {
  readonly name: string
  readonly support: number
  readonly precision: number | null
  readonly recall: number | null
  readonly f1: number | null
}

const isMatrix = (value: unknown): value is ReadonlyArray<ReadonlyArray<number>> =>
  Array.isArray(value) &&
  value.length > 1 &&
  value.every(
    (row) =>
      Array.isArray(row) &&
      row.length === value.length &&
      row.every((count) => typeof count === "number")
  )

/** The confusion matrices among the details of a run: a bare matrix, or one with the names of its classes. */
export const confusions = (details: ReadonlyArray<Detail>): ReadonlyArray<Confusion> =>
  details.flatMap(({ epoch, split, value }) => {
    const inner =
      typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}
    const matrix = isMatrix(value) ? value : isMatrix(inner["counts"]) ? inner["counts"] : null
    if (matrix === null) return []
    const names = inner["classes"]
    const classes = matrix.map((_, i) =>
      Array.isArray(names) && typeof names[i] === "string" ? names[i] : String(i)
    )
    return [{ split, epoch, classes, matrix }]
  })

const share = (part: number, total: number) => (total > 0 ? part / total : null)

/** The scores of classes as a run has logged them: where there are too many for a matrix, there is no other. */
export const loggedScores = (
  details: ReadonlyArray<Detail>,
  split: string | null
): ReadonlyArray<ClassScore> => {
  const detail = details.find(
    (one) => one.metric.endsWith("per_class") && (split === null || one.split === split)
  )
  const value = (detail?.value ?? {}) as Readonly<Record<string, unknown>>
  const column = (name: string) =>
    Array.isArray(value[name]) ? (value[name] as ReadonlyArray<number | null | undefined>) : []
  return (column("classes") as ReadonlyArray<unknown>).map((name, i) => ({
    name: String(name),
    support: column("support")[i] ?? 0,
    precision: column("precision")[i] ?? null,
    recall: column("recall")[i] ?? null,
    f1: column("f1")[i] ?? null
  }))
}

/** Precision, recall and F1 of each class, by its confusion matrix. */
export const scores = ({ classes, matrix }: Confusion): ReadonlyArray<ClassScore> =>
  classes.map((name, i) => {
    const right = matrix[i]![i]!
    const support = matrix[i]!.reduce((sum, count) => sum + count, 0)
    const guessed = matrix.reduce((sum, row) => sum + row[i]!, 0)
    return {
      name,
      support,
      precision: share(right, guessed),
      recall: share(right, support),
      f1: share(2 * right, support + guessed)
    }
  })
