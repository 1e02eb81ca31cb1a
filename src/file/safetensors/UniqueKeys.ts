const quote = 0x22
const backslash = 0x5c
const space = new Set([0x20, 0x09, 0x0a, 0x0d])

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
      const start = at++
      while (json.charCodeAt(at) !== quote) at += json.charCodeAt(at) === backslash ? 2 : 1
      let after = at + 1
      while (space.has(json.charCodeAt(after))) after++
      if (json[after] !== ":") continue
      // Two spellings of a key ("a" and "\u0061") are one key.
      const key = JSON.parse(json.slice(start, at + 1)) as string
      const keys = open.at(-1)
      if (keys?.has(key)) return key
      keys?.add(key)
    }
  }
  return undefined
}
