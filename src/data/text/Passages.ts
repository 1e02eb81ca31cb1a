import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { join } from "node:path"
import { t } from "../../language/Text.js"
import { DataError, unreadable } from "../DataError.js"
import * as SourceFiles from "../SourceFiles.js"
import * as Csv from "../table/Csv.js"
import type { RowSource } from "../table/Row.js"
import { brokenAt, longestText, problemOf } from "./TextInput.js"

/** A text, or a further part of the one before it. */
export interface Text {
  /** Its line or row, from 1. */
  readonly at: number
  readonly text: string
  readonly continues: boolean
  readonly label?: unknown
  readonly key?: unknown
  readonly group?: unknown
}

/** A text, or why something is none. */
export type Passage = Text | { readonly at: number; readonly problem: string }

/** Texts of some files, as they are read. */
export interface Passages {
  readonly files: ReadonlyArray<string>
  /** What a passage is called; a text that is all of its file has no number. */
  readonly nameOf: (file: string, at: number) => string
  readonly read: (
    file: string
  ) => Stream.Stream<ReadonlyArray<Passage>, DataError, FileSystem.FileSystem>
}

/** The columns of a table in which texts are, and what is said of them. */
export interface Columns {
  readonly text: string
  readonly label: string
  readonly key?: string | undefined
  readonly group?: string | undefined
}

/** The texts of a column of tables. */
export const ofRows = (
  files: ReadonlyArray<string>,
  sourceOf: (file: string) => RowSource,
  { group, key, label, text }: Columns
): Passages => ({
  files,
  nameOf: (file, at) =>
    `${file}, ${{ line: t`line ${at}`, row: t`row ${at}` }[sourceOf(file).unit]}`,
  read: (path) => {
    const needed = [
      text,
      label,
      ...(key === undefined ? [] : [key]),
      ...(group === undefined ? [] : [group])
    ]
    return Stream.mapEffect(sourceOf(path).read(path), ({ available, columns, rows }) =>
      Effect.gen(function* () {
        if (columns.length === 0) return []
        const lacks = needed.find((name) => !columns.includes(name))
        if (lacks !== undefined) {
          const some = (available ?? columns)
            .slice(0, 20)
            .map((name) => JSON.stringify(name.slice(0, 40)))
            .join(", ")
          return yield* new DataError({
            reason: "Mismatch",
            path,
            detail: t`has no column ${JSON.stringify(lacks)}; it has ${some}${""}`
          })
        }
        const at = (name: string | undefined) => (name === undefined ? -1 : columns.indexOf(name))
        const [textAt, labelAt, keyAt, groupAt] = [at(text), at(label), at(key), at(group)]
        return rows.map((row): Passage => {
          if ("problem" in row) return row
          if (row.cells.length !== columns.length) {
            return {
              at: row.at,
              problem: t`has ${row.cells.length} cells, where the header has ${columns.length}`
            }
          }
          const cell = row.cells[textAt]
          const problem = problemOf(cell)
          return problem === null
            ? {
                at: row.at,
                text: cell as string,
                continues: false,
                label: row.cells[labelAt],
                key: row.cells[keyAt],
                group: row.cells[groupAt]
              }
            : { at: row.at, problem }
        })
      })
    )
  }
})

/** The texts of a folder, each all of a file, labelled by the folder that it lies in. */
export const ofFolder = (
  root: string,
  found: ReadonlyArray<SourceFiles.Found>,
  encoding: string
): Passages => {
  const labels = new Map(found.map(({ file, label }) => [join(root, file), label]))
  return {
    files: [...labels.keys()],
    nameOf: (file) => file,
    read: (path) =>
      Stream.fromEffect(
        Effect.map(readWhole(path, encoding), (text): ReadonlyArray<Passage> => {
          const problem = typeof text === "string" ? problemOf(text) : text.problem
          return problem === null
            ? [
                {
                  at: 1,
                  text: text as string,
                  continues: false,
                  label: labels.get(path),
                  key: path,
                  group: undefined
                }
              ]
            : [{ at: 1, problem }]
        })
      )
  }
}

/** The text of a file, or why it has none; a file that is too long is not read. */
export const readWhole = (path: string, encoding: string) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const decode = yield* Csv.decoder(path, encoding)
    const { size } = yield* SourceFiles.identityOf(path)
    if (size > longestText) return { problem: t`has ${size} bytes, more than ${longestText}` }
    const bytes = yield* Effect.mapError(fileSystem.readFile(path), unreadable(path))
    return decode(bytes) + decode(null)
  })

/** The texts of files, each file one, in parts that no word or line of usual length lies across. */
export const ofCorpus = (files: ReadonlyArray<string>, encoding: string): Passages => ({
  files,
  nameOf: (file, at) => `${file}, ${t`line ${at}`}`,
  read: (path) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const decode = yield* Csv.decoder(path, encoding)
        const pieces = new Pieces()
        const parts = SourceFiles.partsOf(path).pipe(
          Stream.map((bytes) => pieces.push(decode(bytes)))
        )
        return Stream.concat(
          parts,
          Stream.sync(() => pieces.end(decode(null)))
        )
      })
    )
})

/** A piece ends where a line does after so many characters, or at the most, wherever that is. */
const [pieceLength, longestPiece] = [1 << 16, 1 << 20]

/** Divides a text that arrives in parts, always at the same places. */
class Pieces {
  private rest = ""
  private line = 1
  private isFirst = true

  push(part: string): ReadonlyArray<Passage> {
    this.rest += part
    const found: Array<Passage> = []
    for (let end = this.cut(); end !== null; end = this.cut()) {
      found.push(...this.piece(this.rest.slice(0, end)))
      this.rest = this.rest.slice(end)
    }
    return found
  }

  end(part: string): ReadonlyArray<Passage> {
    const found = this.push(part)
    const last = this.rest === "" && !this.isFirst ? [] : this.piece(this.rest)
    return [...found, ...last]
  }

  private cut(): number | null {
    // What follows must be there, too: blank lines stay with the line before them.
    for (let at = this.rest.indexOf("\n", pieceLength); at !== -1 && at < longestPiece;) {
      if (at + 1 === this.rest.length) return null
      if (!/\s/.test(this.rest[at + 1]!)) return at + 1
      at = this.rest.indexOf("\n", at + 1)
    }
    if (this.rest.length <= longestPiece) return null
    const isHalf = /[\uD800-\uDBFF]/.test(this.rest[longestPiece - 1]!)
    return isHalf ? longestPiece - 1 : longestPiece
  }

  private piece(text: string): ReadonlyArray<Passage> {
    const at = this.line
    const continues = !this.isFirst
    this.isFirst = false
    if (brokenAt(text) === null) {
      this.line += text.split("\n").length - 1
      return [{ at, text, continues }]
    }
    // What is damaged costs its own line.
    const problems: Array<Passage> = []
    const good: Array<string> = []
    for (const line of text.split(/(?<=\n)/)) {
      const problem = brokenAt(line)
      if (problem === null) good.push(line)
      else problems.push({ at: this.line, problem })
      if (line.endsWith("\n")) this.line++
    }
    return [...problems, { at, text: good.join(""), continues }]
  }
}
