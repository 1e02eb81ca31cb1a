import { displayWidth } from "./Table.js"

/** Lines at the bottom of a terminal that are drawn again in place; the cursor is after the last one. */
export interface Region {
  readonly lines: ReadonlyArray<string>
  /** The columns that each line takes. */
  readonly width: number
  /** The width of the terminal when they were drawn. */
  readonly columns: number
}

/** What a region depends on of its terminal. */
export interface Size {
  /** Its width. */
  readonly columns: number
  /** Whether lines that no longer fit continue on the next one when it gets narrower. */
  readonly reflows: boolean
}

/** What a terminal echoes for Ctrl+C, after the last line: none may take the last columns. */
export const echo = "^C".length

/** A region without lines. */
export const empty: Region = { lines: [], width: 0, columns: 0 }

/** The columns of a line, colors aside. */
// oxlint-disable-next-line no-control-regex
const widthOf = (line: string): number => displayWidth(line.replaceAll(/\x1b\[\d+m/g, ""))

/** Lines of the terminal that each line of a region takes now. */
const folds = ({ columns, width }: Region, size: Size): number =>
  size.reflows && size.columns < columns ? Math.max(1, Math.ceil(width / size.columns)) : 1

/** Moves the cursor up by some lines, to their begin. */
const up = (lines: number): string => (lines <= 0 ? "\r" : `\r\x1b[${lines}A`)

/** Text that removes the region, and leaves the cursor where its first line began. */
export const erase = (region: Region, size: Size): string => {
  const lines = region.lines.length * folds(region, size)
  if (lines === 0) return ""
  // A single line takes no escape sequence.
  if (lines === 1) return `\r${" ".repeat(Math.min(size.columns - 1, region.width + echo))}\r`
  return `${up(lines - 1)}\x1b[J`
}

/**
 * Text that draws `lines` in place of the region, and the region that they are then. What has not changed
 * is not written again, and what is written covers what was there, without a moment in which it is gone.
 *
 * All lines take the same columns, up to a character that is no space: terminals differ in whether spaces
 * at the end of a line are a part of it, which continues on the next one when they get narrower.
 */
export const draw = (
  before: Region,
  lines: ReadonlyArray<string>,
  size: Size
): { readonly text: string; readonly region: Region } => {
  const { columns } = size
  if (folds(before, size) > 1) {
    const fresh = draw(empty, lines, size)
    return { ...fresh, text: erase(before, size) + fresh.text }
  }
  const widths = lines.map(widthOf)
  const width = Math.max(...widths, Math.min(before.width, columns - 1 - echo))
  const region = { lines, width, columns }
  const isSingle = lines.length === 1
  const filled = lines.map((line, i) => {
    const left = width - widths[i]!
    return line + (left === 0 ? "" : " ".repeat(left - 1) + (isSingle ? " " : noSpace))
  })
  const last = lines.length - 1
  const isSame = before.lines.length === lines.length && before.width === width
  if ((isSingle && before.lines.length <= 1) || (isSame && startsAlike(before.lines, lines))) {
    return { region, text: `\r${filled[last]}` }
  }
  const text = filled.map((line, i) => `${line}${i === last ? "\x1b[J" : "\x1b[K\r\n"}`).join("")
  return { region, text: up(before.lines.length - 1) + text }
}

/** Looks like a space, and is none. */
const noSpace = "\u00a0"

/** Whether two lists differ in their last line at most. */
const startsAlike = (one: ReadonlyArray<string>, other: ReadonlyArray<string>): boolean =>
  one.slice(0, -1).every((line, i) => line === other[i])
