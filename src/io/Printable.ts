// What moves a cursor, ends a line, changes the direction of text or is not text at all: C0, DEL and
// C1, marks and overrides of direction, separators of lines, halves of surrogate pairs.
const control =
  // oxlint-disable-next-line no-control-regex
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu

const named: Partial<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

const written = (character: string): string => {
  const code = character.charCodeAt(0)
  // As JSON has them, where JSON lets them stand unescaped: there it means the same.
  return code < 0x7f
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`
}

/**
 * Text as a terminal may be given it: without what a terminal takes for a command, which is written
 * out (`\x1b`, `\u202e`). Ends of lines, tabs and carriage returns stay. JSON text stays the same JSON.
 */
export const text = (raw: string): string => raw.replace(control, written)

/** At most so many characters of `raw`: both ends of what is longer. */
export const shortened = (raw: string, most: number): string => {
  if (raw.length <= most) return raw
  const head = Math.ceil((most - 1) * 0.6)
  const tail = most - 1 - head
  // Not half of a surrogate pair.
  return `${raw.slice(0, head).replace(/[\ud800-\udbff]$/, "")}…${raw.slice(raw.length - tail).replace(/^[\udc00-\udfff]/, "")}`
}

/** A value inside of a line: all of it on that line, and no more than `most` characters of it. */
export const value = (raw: string, most = 1000): string =>
  text(shortened(raw, most).replace(/[\n\r\t]/g, (character) => named[character]!))

/** Text of several lines, none of which is endless. */
export const lines = (raw: string, most = 4000): string =>
  text(raw)
    .replaceAll("\r", "\\r")
    .split("\n")
    .map((line) => shortened(line, most))
    .join("\n")

/** Data whose strings, and the names of whose fields, are as `value` has them. */
export const data = <A>(raw: A): A => shown(raw) as A

const shown = (raw: unknown): unknown =>
  typeof raw === "string"
    ? value(raw)
    : Array.isArray(raw)
      ? raw.map(shown)
      : typeof raw === "object" && raw !== null && Object.getPrototypeOf(raw) === Object.prototype
        ? Object.fromEntries(Object.entries(raw).map(([name, one]) => [value(name), shown(one)]))
        : raw
