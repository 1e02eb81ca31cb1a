// Characters that move the cursor, end a line, change the direction of text or are not text: C0, DEL and
// C1, marks and overrides of direction, line separators, halves of surrogate pairs.
const control =
  // oxlint-disable-next-line no-control-regex
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu

const named: Partial<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

const written = (character: string): string => {
  const code = character.charCodeAt(0)
  // As in JSON, where JSON allows them unescaped: there it means the same.
  return code < 0x7f
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`
}

/**
 * Text that is safe for a terminal: control characters are escaped (`\x1b`, `\u202e`). Line breaks, tabs
 * and carriage returns stay. JSON text stays the same JSON.
 */
export const text = (raw: string): string => raw.replace(control, written)

/** At most `most` characters of `raw`: both ends of longer text. */
export const shortened = (raw: string, most: number): string => {
  if (raw.length <= most) return raw
  const head = Math.ceil((most - 1) * 0.6)
  const tail = most - 1 - head
  // Not half of a surrogate pair.
  return `${raw.slice(0, head).replace(/[\ud800-\udbff]$/, "")}…${raw.slice(raw.length - tail).replace(/^[\udc00-\udfff]/, "")}`
}

/** A value inside a line: on that line, and at most `most` characters. */
export const value = (raw: string, most = 1000): string =>
  text(shortened(raw, most).replace(/[\n\r\t]/g, (character) => named[character]!))

/** Text of several lines, each of limited length. */
export const lines = (raw: string, most = 4000): string =>
  text(raw)
    .replaceAll("\r", "\\r")
    .split("\n")
    .map((line) => shortened(line, most))
    .join("\n")

/** Data with all its strings and field names as by `value`. */
export const data = <A>(raw: A): A => shown(raw) as A

const shown = (raw: unknown): unknown =>
  typeof raw === "string"
    ? value(raw)
    : Array.isArray(raw)
      ? raw.map(shown)
      : typeof raw === "object" && raw !== null && Object.getPrototypeOf(raw) === Object.prototype
        ? Object.fromEntries(Object.entries(raw).map(([name, one]) => [value(name), shown(one)]))
        : raw
