import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")

/** The kinds of events that the sources declare, each with its fields. */
const declared = (): ReadonlyArray<readonly [string, ReadonlyArray<string>]> => {
  const source = read("src/events/Event.ts")
  const union = source.slice(
    source.indexOf("export type Event ="),
    source.indexOf("export const Event:")
  )
  return union
    .split(/\n {2}\| \{\n/)
    .slice(1)
    .map((one) => [
      /readonly _tag: "(\w+)"/.exec(one)![1]!,
      [...one.matchAll(/^ {6}readonly (\w+)\??:/gm)]
        .map(([, name]) => name!)
        .filter((name) => name !== "_tag")
    ])
}

describe("docs/stages.md", () => {
  it("lists every event with its fields, in snake_case", () => {
    const rows = read("docs/stages.md").split("\n")
    const events = declared()
    expect(events.length).toBeGreaterThan(15)
    for (const [kind, fields] of events) {
      const row = rows.find((line) => line.startsWith(`| \`${kind}\` `))
      expect(row, kind).toBeDefined()
      for (const field of fields) {
        expect(row, `${kind}.${field}`).toContain(`\`${field}\``)
        expect(field).toMatch(/^[a-z]+(_[a-z]+)*$/)
      }
    }
  })
})
