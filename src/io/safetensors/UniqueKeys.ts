import { endOfString } from "../JsonLimits.js"

const quote = 0x22
const space = new Set([0x20, 0x09, 0x0a, 0x0d])
const signs = new Set(["+", "-", "."])

/** What is odd in JSON text that `JSON.parse` does not tell. */
export interface Oddities {
  /** The first key that an object holds twice: `JSON.parse` keeps the last. */
  readonly twice?: string
  /** The first number that is not written as a whole number: 4.0 or 4e0, which become 4. */
  readonly fraction?: string
}

/** What is odd in `json`, which must be valid JSON. */
export const oddities = (json: string): Oddities => {
  const open: Array<Set<string>> = []
  let fraction: string | undefined
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === 0x7b) open.push(new Set())
    else if (code === 0x7d) open.pop()
    else if (code === quote) {
      const start = at
      at = endOfString(json, start)
      let after = at + 1
      while (space.has(json.charCodeAt(after))) after++
      if (json[after] !== ":") continue
      const written = json.slice(start + 1, at)
      // Two spellings of a key ("a" and "\u0061") are one key.
      const key = written.includes("\\")
        ? (JSON.parse(json.slice(start, at + 1)) as string)
        : written
      const keys = open.at(-1)
      if (keys?.has(key)) return { twice: key }
      keys?.add(key)
    } else if (fraction === undefined && isFraction(json, at)) {
      fraction = /[-+.\deE]*$/.exec(json.slice(Math.max(0, at - 20), at))![0]
      fraction += /^[-+.\deE]*/.exec(json.slice(at, at + 20))![0]
    }
  }
  return fraction === undefined ? {} : { fraction }
}

/** Whether what stands at `at`, outside of all strings, belongs to a number but is no digit. */
const isFraction = (json: string, at: number): boolean => {
  const character = json[at]!
  return signs.has(character) || (/[eE]/.test(character) && /\d/.test(json[at - 1] ?? ""))
}
