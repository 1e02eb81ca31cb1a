const quote = 0x22
const backslash = 0x5c
const space = new Set([0x20, 0x09, 0x0a, 0x0d])

/** Where the string that begins at `start` ends, and whether it is written as it reads. */
const endOf = (json: string, start: number): { readonly end: number; readonly plain: boolean } => {
  let end = json.indexOf('"', start + 1)
  if (!json.slice(start, end).includes("\\")) return { end, plain: true }
  for (end = start + 1; json.charCodeAt(end) !== quote; end++) {
    if (json.charCodeAt(end) === backslash) end++
  }
  return { end, plain: false }
}

/**
 * The first key that an object of `json`, which must be valid JSON, holds twice; undefined if none
 * does. `JSON.parse` cannot tell: it keeps the last.
 */
export const firstDuplicate = (json: string): string | undefined => {
  const open: Array<Set<string>> = []
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at)
    if (char === 0x7b) open.push(new Set())
    else if (char === 0x7d) open.pop()
    else if (char === quote) {
      const start = at
      const { end, plain } = endOf(json, start)
      at = end
      let after = end + 1
      while (space.has(json.charCodeAt(after))) after++
      if (json[after] !== ":") continue
      // Two spellings of a key ("a" and "\u0061") are one key.
      const key = plain
        ? json.slice(start + 1, end)
        : (JSON.parse(json.slice(start, end + 1)) as string)
      const keys = open.at(-1)
      if (keys?.has(key)) return key
      keys?.add(key)
    }
  }
  return undefined
}
