import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Stream from "effect/Stream"
import type * as Scope from "effect/Scope"
import type { DataError } from "../DataError.js"
import type * as Column from "./Column.js"

/** A row that cannot be read, and why. */
export interface Damage {
  readonly at: number
  readonly problem: string
}

/** A row of a table: its cells, in the order of the columns, or why it cannot be read. */
export type Row = { readonly at: number; readonly cells: ReadonlyArray<unknown> } | Damage

/** Some rows of a file that follow one another, and the names of its columns. */
export interface Rows {
  readonly columns: ReadonlyArray<string>
  /** Where not all columns of the file are read: the names of all. */
  readonly available?: ReadonlyArray<string>
  readonly rows: ReadonlyArray<Row>
}

/** The numbers of some rows that follow one another, row by row, and the rows between them that are damaged. */
export interface Numbers {
  readonly rows: number
  readonly values: Float64Array
  readonly problems: ReadonlyArray<Damage>
}

/** Which numbers are read. */
export interface Wanted {
  /** What a record holds, by the names of the columns. */
  readonly columns: ReadonlyMap<string, Column.Column>
  readonly damaged: "error" | "skip"
}

/** How a kind of file is read. */
export interface RowSource {
  /** What `at` of a row counts: lines or rows, from 1. */
  readonly unit: "line" | "row"
  /** Ends of the names of such files, as a folder may hold them. */
  readonly endings: ReadonlyArray<string>
  readonly read: (path: string) => Stream.Stream<Rows, DataError, FileSystem.FileSystem>
  /** Reads numbers only, where that is faster. */
  readonly numbers?: (
    path: string,
    wanted: Wanted
  ) => Stream.Stream<Numbers, DataError, FileSystem.FileSystem | Scope.Scope>
}
