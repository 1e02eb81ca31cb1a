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

describe("Chinese documentation", () => {
  it.each(pages)("docs/zh/%s has the code and the outline of the English page", (page) => {
    const [chinese, english] = [read(join(folder, page)), read(join("docs", page))]
    expect(code(chinese)).toEqual(code(english))
    expect(outline(chinese)).toEqual(outline(english))
  })
})
