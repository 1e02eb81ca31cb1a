import { expect, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { projectFile } from "../support/child.js"

// Not what the site installs, builds and generates below docs/.
const isOurs = (path: string): boolean => !/node_modules|\.vitepress|\bapi\b/.test(path)

const pages = [".", ".changeset", ".github", "docs"].flatMap((folder) =>
  readdirSync(projectFile(folder), { recursive: folder === "docs", encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && isOurs(name))
    .map((name) => join(folder, name))
)

/** A page without its code, in which brackets are no links. */
const prose = (page: string): string =>
  readFileSync(projectFile(page), "utf8")
    .replace(/^```[^]*?^```$/gm, "")
    .replace(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ""))

/** The anchors of a page's headings, as GitHub names them. */
const anchors = (page: string): ReadonlyArray<string> =>
  [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-")
  )

/** Where a page's links lead, other than to the web. */
const links = (page: string): ReadonlyArray<string> =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^https?:/.test(target))

const isDead = (page: string, link: string): boolean => {
  const [path = "", anchor] = link.split("#")
  const target = path === "" ? page : join(dirname(page), path)
  if (!existsSync(projectFile(target))) return true
  return anchor !== undefined && !anchors(target).includes(decodeURIComponent(anchor))
}

it("there are pages, and links in them", () => {
  expect(pages).toEqual(expect.arrayContaining(["README.md", join("docs", "reliability.md")]))
  expect(pages.flatMap(links).length).toBeGreaterThan(20)
})

it("dead links are noticed", () => {
  expect(isDead("README.md", "docs/none.md")).toBe(true)
  expect(isDead("README.md", "docs/reliability.md#no-such-heading")).toBe(true)
  expect(isDead("README.md", "docs/reliability.md#what-is-not-promised")).toBe(false)
})

it.each(pages)("no link is dead in %s", (page) => {
  expect(links(page).filter((link) => isDead(page, link))).toEqual([])
})
