import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import { DataError } from "../DataError.js"
import type * as Column from "./Column.js"

/** What a row has more or fewer of than the header. */
export const wrongWidth = (cells: number, width: number): string =>
  t`has ${cells} cells, where the header has ${width}`

/** What is wrong with a cell, or is it to be skipped: null; "": nothing. */
export const problemOf = (
  name: string,
  { missing }: Column.Column,
  cell: Column.Cell
): string | null => {
  if (typeof cell === "string") return t`column ${name} ${cell}`
  if (!Number.isNaN(cell)) return ""
  return missing === "error" ? t`column ${name} is empty` : missing === "skip" ? null : ""
}

/** The numbers of a row; null: it is to be skipped; a text: what is wrong with it. */
export const numbersOfRow = (
  cells: ReadonlyArray<unknown>,
  width: number,
  columns: ReadonlyArray<readonly [string, Column.Column]>,
  places: ReadonlyArray<number>
): ReadonlyArray<number> | string | null => {
  if (cells.length !== width) return wrongWidth(cells.length, width)
  const values: Array<number> = []
  let isSkipped = false
  for (let i = 0; i < columns.length; i++) {
    const [name, column] = columns[i]!
    const cell = column.read(cells[places[i]!])
    const problem = problemOf(name, column, cell)
    if (problem === null) isSkipped = true
    else if (problem !== "") return problem
    values.push(cell as number)
  }
  return isSkipped ? null : values
}

/** Where the columns are in a row. */
export const placesOf = (
  path: string,
  names: ReadonlyArray<string>,
  columns: ReadonlyArray<string>,
  available: ReadonlyArray<string> = columns
) =>
  Effect.forEach(names, (name) => {
    const place = columns.indexOf(name)
    if (place !== -1 && columns.lastIndexOf(name) === place) return Effect.succeed(place)
    const some = available.slice(0, 20).map((column) => JSON.stringify(column.slice(0, 40)))
    return new DataError({
      reason: "Mismatch",
      path,
      detail:
        place === -1
          ? t`has no column ${JSON.stringify(name)}; it has ${some.join(", ")}${available.length > some.length ? " …" : ""}`
          : t`has several columns ${JSON.stringify(name)}`
    })
  })
