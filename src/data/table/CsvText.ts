import type * as CsvParse from "csv-parse/sync"
import { t } from "../../language/Text.js"
import type { Row } from "./Row.js"

/** How a text is divided into cells. */
export interface CsvOptions {
  /** The character between two cells. */
  readonly delimiter: string
}

/** The longest row, in characters: a quote that is never closed would take all that follows. */
export const mostCharacters = 1 << 20

/** So many rows with quotes are parsed at a time. */
const atOnce = 1000

/**
 * Divides a text that arrives in parts into rows. Rows without quotes are divided at the delimiter; what
 * has quotes is read by csv-parse. A row that is damaged costs itself only: the next begins at the next line.
 */
export class CsvText {
  private rest = ""
  /** Of the row that comes next. */
  private line = 1
  /** Texts of rows with quotes, and the lines that they begin at. */
  private quoted: Array<{ readonly text: string; readonly line: number }> = []
  private rows: Array<Row> = []

  constructor(
    private readonly parse: typeof CsvParse.parse,
    private readonly options: CsvOptions
  ) {}

  /** The line that is longer than any may be, if there is one; nothing can follow it. */
  get tooLong(): number | null {
    const { line, rest } = this
    if (rest.length <= mostCharacters) return null
    // Lines before it wait for the end of a quote.
    const lines = rest.split("\n")
    return lines.at(-1)!.length > mostCharacters ? line + lines.length - 1 : null
  }

  /** The rows that a further part completes. */
  push(part: string): ReadonlyArray<Row> {
    const text = this.rest + part
    const end = text.lastIndexOf("\n") + 1
    this.rest = text.slice(end)
    if (end > 0) this.rest = this.divide(text.slice(0, end).split("\n"), false) + this.rest
    return this.flush()
  }

  /** Those of the last part. */
  end(): ReadonlyArray<Row> {
    if (this.rest !== "") this.divide([...this.rest.split("\n"), ""], true)
    return this.flush()
  }

  /** Divides complete lines, the last of which is followed by an empty one; gives what is no complete row. */
  private divide(lines: ReadonlyArray<string>, isEnd: boolean): string {
    const last = lines.length - 1
    for (let i = 0; i < last; i++) {
      const text = lines[i]!
      if (!text.includes('"')) {
        this.plain(text)
        continue
      }
      // A quote within quotes is doubled: a row ends where their number is even.
      let open = isOdd(text)
      let length = text.length
      let end = i + 1
      for (; open && end < last && length <= mostCharacters; end++) {
        length += lines[end]!.length + 1
        if (isOdd(lines[end]!)) open = false
      }
      if (open && !isEnd && length <= mostCharacters) return lines.slice(i).join("\n")
      const count = open ? 1 : end - i
      this.quoted.push({ text: lines.slice(i, i + count).join("\n"), line: this.line })
      this.line += count
      i += count - 1
      if (open) {
        // None closes it: the quote is a mistake of this line alone.
        this.parseQuoted()
      } else if (this.quoted.length === atOnce) this.parseQuoted()
    }
    return ""
  }

  private plain(text: string): void {
    if (this.quoted.length > 0) this.parseQuoted()
    const at = this.line++
    const row = text.endsWith("\r") ? text.slice(0, -1) : text
    if (row !== "") this.rows.push({ at, cells: row.split(this.options.delimiter) })
  }

  private parseQuoted(): void {
    const { quoted } = this
    this.quoted = []
    const together = this.cells(quoted.map(({ text }) => text).join("\n"))
    if (Array.isArray(together) && together.length === quoted.length) {
      together.forEach((cells, i) => this.rows.push({ at: quoted[i]!.line, cells }))
      return
    }
    for (const { line, text } of quoted) this.parseOne(text, line)
  }

  private parseOne(text: string, at: number): void {
    const found = this.cells(text)
    if (Array.isArray(found) && found.length === 1) {
      this.rows.push({ at, cells: found[0]! })
      return
    }
    const problem = typeof found === "string" ? found : t`has quotes that do not go together`
    this.rows.push({ at, problem })
    // Lines that a wrong quote took in are rows by themselves.
    const [, ...others] = text.split("\n")
    others.forEach((other, i) => {
      if (other.includes('"')) this.parseOne(other, at + 1 + i)
      else {
        const cells = (other.endsWith("\r") ? other.slice(0, -1) : other).split(
          this.options.delimiter
        )
        if (other.trim() !== "") this.rows.push({ at: at + 1 + i, cells })
      }
    })
  }

  private cells(text: string): ReadonlyArray<ReadonlyArray<string>> | string {
    try {
      return this.parse(`${text}\n`, {
        delimiter: this.options.delimiter,
        max_record_size: 2 * mostCharacters,
        relax_column_count: true,
        record_delimiter: ["\r\n", "\n"]
      })
    } catch {
      return t`has quotes that do not go together`
    }
  }

  private flush(): ReadonlyArray<Row> {
    if (this.quoted.length > 0) this.parseQuoted()
    const { rows } = this
    this.rows = []
    return rows
  }
}

const isOdd = (text: string): boolean => {
  let odd = false
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) odd = !odd
  return odd
}
