import { eastAsianWidth } from "get-east-asian-width"
import * as Printable from "../io/Printable.js"

/** The longest cell, in characters; file names are shorter. */
const longest = 300

/**
 * Draws a table of plain text: headers, a rule and the rows. Columns are as wide as their widest
 * cell, two spaces apart, flush left; lines have no spaces at their end, the last no newline.
 */
export const table = (
  headers: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): string => {
  const cells = [headers, ...rows].map((line) => line.map((cell) => Printable.value(cell, longest)))
  const widths = headers.map((_, column) =>
    cells.reduce((width, line) => Math.max(width, displayWidth(line[column] ?? "")), 0)
  )
  const draw = (line: ReadonlyArray<string>) =>
    widths
      .map((width, column) => padEnd(line[column] ?? "", width))
      .join("  ")
      .trimEnd()
  const [head = [], ...body] = cells
  return [head, widths.map((width) => "─".repeat(width)), ...body].map(draw).join("\n")
}

/** How many columns `text` takes on a terminal: 2 for wide (CJK) characters, 0 for combining ones. */
export const displayWidth = (text: string): number => {
  let width = 0
  for (const character of text) {
    width += /^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character)
      ? 0
      : eastAsianWidth(character.codePointAt(0)!)
  }
  return width
}

/** `text` with spaces after it until it takes `width` columns. */
export const padEnd = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - displayWidth(text)))

/** As much of `text` as takes at most `width` columns. */
export const cut = (text: string, width: number): string => {
  let kept = ""
  for (const character of text) {
    if (displayWidth(kept + character) > width) break
    kept += character
  }
  return kept
}
