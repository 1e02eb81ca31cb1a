import { describe, expect, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { projectFile } from "../support/child.js"

const read = (file: string): string => readFileSync(projectFile(file), "utf8")

const folder = "docs/zh"
const pages = existsSync(projectFile(folder))
  ? readdirSync(projectFile(folder), { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".md")
    )
  : []

/** The code of a page, without what is translated in it: comments, strings, what a command prints. */
const code = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^```(\w+)\n([^]*?)^```/gm)].map(([, kind, lines = ""]) =>
    kind === "text" || lines.startsWith("$ ")
      ? lines.replaceAll(/^(?!\$ ).*\n/gm, "")
      : lines
          .replaceAll(/\/\*[^]*?\*\/|\s*(\/\/|#) .*$/gm, "")
          .replaceAll(/"[^"\n]*"|`[^`]*`/g, "…")
  )

/** The levels of a page's headings. */
const outline = (text: string): ReadonlyArray<string> =>
  [...text.replaceAll(/^```[^]*?^```/gm, "").matchAll(/^(#+) /gm)].map(([, level = ""]) => level)

/** The rows of `docs/backends.md` for layers that are refused on some backend, in its words or in Chinese. */
const refusedRows = (text: string): ReadonlyArray<string> =>
  text
    .split("\n")
    .filter((line) => /^\|.*\| (refused|拒绝) +\|$/.test(line))
    .map((line) =>
      line.replaceAll(/ +/g, " ").replaceAll("可训练", "trains").replaceAll("拒绝", "refused")
    )

describe("Chinese documentation", () => {
  it("names the layers that a backend refuses as the English page does", () => {
    const rows = refusedRows(read("docs/backends.md"))
    expect(rows.length).toBeGreaterThan(0)
    expect(refusedRows(read("docs/zh/backends.md"))).toEqual(rows)
  })

  it.each(pages)("docs/zh/%s has the code and the outline of the English page", (page) => {
    const [chinese, english] = [read(join(folder, page)), read(join("docs", page))]
    expect(code(chinese)).toEqual(code(english))
    expect(outline(chinese)).toEqual(outline(english))
  })
})
