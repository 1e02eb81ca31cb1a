import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"

const folder = new URL("../../examples/", import.meta.url)

describe("the list of examples", () => {
  it.each(["README.md", "README.zh-CN.md"])("has every example once in %s", (file) => {
    const text = readFileSync(new URL(file, folder), "utf8")
    const listed = [...text.matchAll(/^\| \[([\w-]+)\]\(\1\)/gm)].map(([, name]) => name!)
    const examples = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
    expect(listed.toSorted()).toStrictEqual(examples.toSorted())
  })
})
