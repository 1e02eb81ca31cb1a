import { t } from "../language/Text.js"

const quote = 0x22
const backslash = 0x5c

/** How deep JSON text may nest, and how many values it may hold. */
export interface Limits {
  readonly depth: number
  readonly values: number
}

/** The position of the closing quote of the string that begins at `start`; -1 if there is none. */
export const endOfString = (json: string, start: number): number => {
  for (let at = json.indexOf('"', start + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let before = at
    while (json.charCodeAt(before - 1) === backslash) before--
    if ((at - before) % 2 === 0) return at
  }
  return -1
}

/**
 * How `json` exceeds `limits`; undefined if it does not. Takes one pass and no memory, before anything
 * is parsed: `JSON.parse` of some megabytes can take minutes and gigabytes.
 */
export const beyond = (json: string, limits: Limits): string | undefined => {
  let depth = 0
  let values = 1
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case quote: {
        const end = endOfString(json, at)
        // Not JSON: the parser reports that.
        if (end === -1) return undefined
        at = end
        break
      }
      case 0x7b: // {
      case 0x5b: // [
        depth += 1
        values += 1
        if (depth > limits.depth) return t`more than ${limits.depth} levels deep`
        break
      case 0x7d: // }
      case 0x5d: // ]
        depth -= 1
        break
      case 0x2c: // ,
        values += 1
        break
    }
    if (values > limits.values) return t`more than ${limits.values} values`
  }
  return undefined
}
