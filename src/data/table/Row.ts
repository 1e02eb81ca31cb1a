import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Stream from "effect/Stream"
import type { DataError } from "../DataError.js"

/** A row of a table: its cells, in the order of the columns, or why it cannot be read. */
export type Row =
  | { readonly at: number; readonly cells: ReadonlyArray<unknown> }
  | { readonly at: number; readonly problem: string }

/** Some rows of a file that follow one another, and the names of its columns. */
export interface Rows {
  readonly columns: ReadonlyArray<string>
  /** Where not all columns of the file are read: the names of all. */
  readonly available?: ReadonlyArray<string>
  readonly rows: ReadonlyArray<Row>
}

/** How a kind of file is read. */
export interface RowSource {
  /** What `at` of a row counts: lines or rows, from 1. */
  readonly unit: "line" | "row"
  /** Ends of the names of such files, as a folder may hold them. */
  readonly endings: ReadonlyArray<string>
  readonly read: (path: string) => Stream.Stream<Rows, DataError, FileSystem.FileSystem>
}
