import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { t } from "../../language/Text.js"
import * as SourceFiles from "../SourceFiles.js"
import type { Row, Rows, RowSource } from "../table/Row.js"
import { longestText } from "./TextInput.js"

/** The objects of JSON Lines: one a line, of which the fields named are the cells. */
export const source = (fields: ReadonlyArray<string>): RowSource => ({
  unit: "line",
  endings: [".jsonl", ".ndjson"],
  read: (path) =>
    Stream.unwrap(
      Effect.sync(() => {
        const decoding = new TextDecoder("utf-8")
        const lines = new Lines()
        const rows = (found: ReadonlyArray<Row | Line>): Rows => ({
          columns: fields,
          rows: found.flatMap((line) =>
            "problem" in line ? [line] : "text" in line ? rowOf(line, fields) : []
          )
        })
        const parts = SourceFiles.partsOf(path).pipe(
          Stream.map((bytes) => rows(lines.push(decoding.decode(bytes, { stream: true }))))
        )
        const last = Stream.sync(() => rows([...lines.push(decoding.decode()), ...lines.end()]))
        return Stream.concat(parts, last)
      })
    )
})

/** The longest line, in UTF-16 units: a text, and what else an object says of it. */
const longestLine = 2 * longestText

interface Line {
  readonly at: number
  readonly text: string
}

/** Divides a text that arrives in parts into lines; of one that is too long no more than that is held. */
class Lines {
  private rest = ""
  private at = 1
  private isTooLong = false

  push(part: string): ReadonlyArray<Row | Line> {
    this.rest += part
    // Searched only where a line ends: a long one would be searched once for each part of it.
    const all = part.includes("\n") ? this.rest.split("\n") : [this.rest]
    this.rest = all.pop()!
    const found = all.map((text) => this.line(text))
    if (this.rest.length > longestLine) {
      this.isTooLong = true
      this.rest = ""
    }
    return found
  }

  end(): ReadonlyArray<Row | Line> {
    return this.rest === "" && !this.isTooLong ? [] : [this.line(this.rest)]
  }

  private line(text: string): Row | Line {
    const at = this.at++
    const { isTooLong } = this
    this.isTooLong = false
    return isTooLong || text.length > longestLine
      ? { at, problem: t`is longer than ${longestLine} characters` }
      : { at, text }
  }
}

/** The row of a line; none of an empty one. */
const rowOf = ({ at, text }: Line, fields: ReadonlyArray<string>): ReadonlyArray<Row> => {
  if (text.trim() === "") return []
  const value = decode(text)
  if (Either.isLeft(value)) return [{ at, problem: t`is not JSON` }]
  const { right: object } = value
  if (!Predicate.isReadonlyRecord(object)) return [{ at, problem: t`is no object of fields` }]
  const lacks = fields.find((field) => !Object.hasOwn(object, field))
  return lacks === undefined
    ? [{ at, cells: fields.map((field) => object[field]) }]
    : [{ at, problem: t`has no field ${JSON.stringify(lacks)}; it has ${shownKeys(object)}` }]
}

const shownKeys = (object: object) =>
  Object.keys(object)
    .slice(0, 20)
    .map((key) => JSON.stringify(key.slice(0, 40)))
    .join(", ")

const decode = Schema.decodeEither(Schema.parseJson())
