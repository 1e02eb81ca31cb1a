import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { extname, join } from "node:path/posix"

const read = (file: string): string => readFileSync(file, "utf8")

/** The comment at the beginning of a file, without its marks. */
const comment = (text: string): string =>
  (/^\/\*\*\n([^]*?)\n \*\//.exec(text)?.[1] ?? "").replaceAll(/^ \* ?/gm, "")

/** Prose whose indented lines are commands. */
const prose = (text: string): string =>
  text.replaceAll(
    /(?:^ {2,}.+\n?)+/gm,
    (lines) => `\`\`\`sh\n${lines.replaceAll(/^ +/gm, "").trimEnd()}\n\`\`\`\n`
  )

/** An example as a page: what its pipeline, or its README, says of it, then its files. */
const pageOf = (folder: string): string => {
  const names = readdirSync(folder)
    .filter((name) => /\.(ts|json)$/.test(name))
    .sort((a, b) => Number(b === "pipeline.ts") - Number(a === "pipeline.ts") || (a < b ? -1 : 1))
  const files = names.map((name) => {
    const text = read(join(folder, name)).trimEnd()
    const code = name === "pipeline.ts" ? text.replace(/^\/\*\*\n[^]*?\n \*\/\n/, "") : text
    return `## ${name}\n\n\`\`\`${extname(name).slice(1)}\n${code}\n\`\`\`\n`
  })
  const [readme, main] = [join(folder, "README.md"), join(folder, "pipeline.ts")]
  const about = existsSync(readme)
    ? // Its links count from the folder of the example, the page's from site/examples.
      read(readme).replaceAll(/\]\((?![a-z]+:|#|\/)/g, `](../../${folder}/`)
    : `# ${folder.split("/").at(-1)}\n\n${existsSync(main) ? prose(comment(read(main))) : ""}`
  return [about, ...files].join("\n")
}

/** Writes a page for each folder of examples/ to `out`; gives each page by its folder. */
export const writeExamples = (out: string): ReadonlyMap<string, string> => {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const folders = existsSync("examples")
    ? readdirSync("examples")
        .map((name) => join("examples", name))
        .filter((path) => statSync(path).isDirectory() && existsSync(join(path, "pipeline.ts")))
    : []
  return new Map(
    folders.map((folder) => {
      const page = `${join(out, folder.split("/").at(-1)!)}.md`
      writeFileSync(page, pageOf(folder))
      return [folder, page]
    })
  )
}
