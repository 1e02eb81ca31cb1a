import { eastAsianWidth } from "get-east-asian-width"

/**
 * Draws a table of plain text: headers, a rule and the rows. Columns are as wide as their widest
 * cell, two spaces apart, flush left; lines have no spaces at their end, the last no newline.
 */
export const table = (
  headers: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>
): string => {
  const widths = headers.map((_, column) =>
    Math.max(...[headers, ...rows].map((line) => displayWidth(line[column] ?? "")))
  )
  const draw = (line: ReadonlyArray<string>) =>
    widths
      .map((width, column) => padEnd(line[column] ?? "", width))
      .join("  ")
      .trimEnd()
  return [headers, widths.map((width) => "─".repeat(width)), ...rows].map(draw).join("\n")
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
