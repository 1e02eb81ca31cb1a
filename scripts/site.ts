/**
 * Lays out the pages of the documentation site in site/pages, from the Markdown of this repository: npm run docs
 *
 * Each page is there in English and, under zh/, in Chinese: the Chinese file where there is one, else the English
 * text under a note that says so. Links between files become links between pages; a link to a source file leads to
 * a page that shows it. A link to nothing is an error. The API reference is in site/api by then.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { dirname, extname, join, relative } from "node:path/posix"
import { writeExamples } from "./site/examples.js"

type Language = "en" | "zh"

/** A page of the site, and the file of the repository that it shows. */
interface Page {
  readonly file: string
  readonly path: string
  readonly language: Language
}

const out = "site/pages"

/** Where files outside of docs/ go. */
const places: Readonly<Record<string, string>> = {
  "site/home.md": "index.md",
  "site/home.zh.md": "zh/index.md",
  "README.md": "overview.md",
  "README.zh-CN.md": "zh/overview.md",
  "CONTRIBUTING.md": "contributing.md",
  "CHANGELOG.md": "changelog.md",
  "SECURITY.md": "security.md",
  ".changeset/README.md": "changesets.md"
}

const markdownIn = (folder: string): ReadonlyArray<string> =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".md") && !name.includes("node_modules"))
        .map((name) => join(folder, name.replaceAll("\\", "/")))
    : []

const pathOf = (file: string): string =>
  (places[file] ?? file.replace(/^(docs|site)\//, "")).replace(/README\.md$/, "index.md")

const languageOf = (path: string): Language => (path.startsWith("zh/") ? "zh" : "en")

const examples = writeExamples("site/examples")

const files = [
  ...Object.keys(places).filter(existsSync),
  ...markdownIn("docs"),
  ...markdownIn("site/api"),
  ...examples.values()
]

const pages: ReadonlyMap<string, Page> = new Map(
  files.map((file) => {
    const path = pathOf(file)
    return [path, { file, path, language: languageOf(path) }]
  })
)

const pageOf = new Map([...pages.values()].map((page) => [page.file, page]))

/** The page of a file; of an example, or one of its files, that of the example. */
const pageFor = (file: string): Page | undefined => {
  const example = /^examples\/[^/]+/.exec(file)?.[0] ?? ""
  return (
    pageOf.get(file) ??
    pageOf.get(join(file, "README.md")) ??
    pageOf.get(examples.get(example) ?? "")
  )
}

/** Source files that pages link to, and the assets that they show. */
const sources = new Set<string>()
const assets = new Set<string>()
const dead = new Set<string>()

// No dot begins a folder: the site would leave it out.
const sourcePath = (file: string): string =>
  `source/${file.replace(/\/$/, "").replaceAll(/(^|\/)\./g, "$1")}.md`

const isAsset = (file: string): boolean =>
  [".svg", ".png", ".gif", ".jpg", ".webp"].includes(extname(file))

/** Where `link` of `page` leads on the site, from `path`, the page's place. */
const linkFrom = (page: Page, path: string, link: string): string => {
  if (/^(?:[a-z]+:|\/|#)/i.test(link)) return link
  const [target = "", anchor] = link.split("#")
  const file = join(dirname(page.file), decodeURIComponent(target))
  const here = relative(dirname(path), "")
  const to = (place: string) => {
    const found = join(here, place)
    return (
      (found.startsWith(".") ? found : `./${found}`) + (anchor === undefined ? "" : `#${anchor}`)
    )
  }
  const linked = pageFor(file)
  if (linked !== undefined) {
    // Each language stays within itself.
    const inLanguage = linked.path.replace(/^zh\//, "")
    return to(
      languageOf(path) === "zh" && linked.file !== "README.md" ? `zh/${inLanguage}` : linked.path
    )
  }
  if (!existsSync(file)) {
    dead.add(`${page.file}: ${link}`)
    return link
  }
  if (isAsset(file)) {
    assets.add(file)
    return to(join("assets", file))
  }
  sources.add(file)
  return to(languageOf(path) === "zh" ? `zh/${sourcePath(file)}` : sourcePath(file))
}

/** `text` with `change` applied to what is not code. */
const inProse = (text: string, change: (prose: string) => string): string =>
  text
    .split(/(^ *```[^]*?^ *```|`[^`\n]+`)/m)
    .map((part, i) => (i % 2 === 0 ? change(part) : part))
    .join("")

const withLinks = (page: Page, path: string, text: string): string =>
  // Code inside the text of a link splits it: what counts is the end, from the bracket on.
  inProse(text, (prose) =>
    prose
      .replace(/\]\(([^)\s]+)\)/g, (_, link: string) => `](${linkFrom(page, path, link)})`)
      .replace(
        /\b(src|srcset|href)="([^"]+)"/g,
        (_, key: string, link: string) => `${key}="${linkFrom(page, path, link)}"`
      )
  )

const write = (path: string, text: string): void => {
  mkdirSync(join(out, dirname(path)), { recursive: true })
  writeFileSync(join(out, path), text)
}

const titleOf = (file: string): string =>
  /^# (.+)$/m.exec(readFileSync(file, "utf8"))?.[1]?.replaceAll("`", "") ?? pathOf(file)

/** Pages that are in both languages already. */
const bilingual = new Set(["glossary.md"])

const notice = `::: info 尚无中文版
这一页还没有翻译成中文，以下是英文原文。
:::

`

const show = (page: Page, path: string, before = ""): void => {
  const text = withLinks(page, path, readFileSync(page.file, "utf8"))
  // Front matter, if there is any, stays first.
  const front = /^---\n[^]*?\n---\n/.exec(text)?.[0] ?? ""
  write(path, front + before + text.slice(front.length))
}

const longest = 50_000

const textOfSource = (file: string): string => {
  if (statSync(file).isDirectory()) {
    return readdirSync(file)
      .map((name) => `- \`${name}\``)
      .join("\n")
  }
  const text = readFileSync(file, "utf8")
  const shown = text.length > longest ? `${text.slice(0, longest)}\n…` : text
  const kind = extname(file).slice(1).replace("mjs", "js") || "text"
  return `\`\`\`\`${kind}\n${shown.trimEnd()}\n\`\`\`\``
}

const showSource = (file: string): void => {
  const text = `# ${file}\n\n${textOfSource(file)}\n`
  write(sourcePath(file), text)
  write(`zh/${sourcePath(file)}`, text)
}

/** How Chinese names the pages that have no Chinese text yet. */
const chineseTitles: Readonly<Record<string, string>> = {
  "overview.md": "概览",
  "glossary.md": "术语表",
  "contributing.md": "参与贡献",
  "changelog.md": "更新日志",
  "changesets.md": "变更集",
  "security.md": "安全"
}

const itemText = (path: string, language: Language): string => {
  if (path === "overview.md") return { en: "Overview", zh: "概览" }[language]
  const chinese = pages.get(`zh/${path}`)
  const { file } = pages.get(path)!
  if (language === "en") return titleOf(file)
  return chinese === undefined ? (chineseTitles[path] ?? titleOf(file)) : titleOf(chinese.file)
}

/** The groups of the sidebar; pages that no group names are in the first. */
const groups: ReadonlyArray<{
  readonly title: Readonly<Record<Language, string>>
  readonly pages: ReadonlyArray<string>
}> = [
  {
    title: { en: "Guides", zh: "指南" },
    pages: [
      "overview.md",
      "speaker.md",
      "pipelines.md",
      "stages.md",
      "data.md",
      "training-step.md",
      "import.md",
      "layers.md",
      "optimizers.md",
      "sweeps.md",
      "checkpoints.md",
      "export.md",
      "coming-from.md",
      "deploying.md",
      "troubleshooting.md"
    ]
  },
  { title: { en: "Examples", zh: "示例" }, pages: ["examples/"] },
  {
    title: { en: "Reference", zh: "参考" },
    pages: ["cli.md", "parameters.md", "backends.md", "format.md", "glossary.md"]
  },
  {
    title: { en: "Project", zh: "项目" },
    pages: [
      "reliability.md",
      "peers.md",
      "examples.md",
      "performance.md",
      "contributing.md",
      "changelog.md",
      "changesets.md",
      "security.md"
    ]
  },
  { title: { en: "Decisions", zh: "设计决定" }, pages: ["decisions/"] }
]

const groupOf = (path: string): number =>
  Math.max(
    0,
    groups.findIndex(({ pages }) =>
      pages.some((one) => path === one || (one.endsWith("/") && path.startsWith(one)))
    )
  )

const sidebar = (language: Language) => {
  const prefix = language === "zh" ? "zh/" : ""
  const listed = [...pages.values()]
    .filter((page) => page.language === "en" && !/^(index\.md$|api\/)/.test(page.path))
    .map(({ path }) => path)
  const found = groups.map(({ pages: order, title }, nth) => {
    const rank = (path: string) => (order.includes(path) ? order.indexOf(path) : order.length)
    const items = listed
      .filter((path) => groupOf(path) === nth)
      .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
      .map((path) => ({
        text: itemText(path, language),
        link: `/${prefix}${path.replace(/(index)?\.md$/, "")}`
      }))
    return { text: title[language], items, collapsed: items.length > 10 }
  })
  return found.filter(({ items }) => items.length > 0)
}

rmSync(out, { recursive: true, force: true })
for (const page of pages.values()) {
  show(page, page.path)
  const chinese = `zh/${page.path}`
  if (page.language === "en" && !pages.has(chinese)) {
    show(page, chinese, bilingual.has(page.path) ? "" : notice)
  }
}
sources.forEach(showSource)
for (const asset of assets) cpSync(asset, join(out, "assets", asset))
const api = readFileSync("site/api/typedoc-sidebar.json", "utf8")
const sidebars = {
  "/api/": JSON.parse(api) as unknown,
  "/zh/api/": JSON.parse(api.replaceAll('"/api/', '"/zh/api/')) as unknown,
  "/zh/": sidebar("zh"),
  "/": sidebar("en")
}
write("sidebar.json", JSON.stringify(sidebars))

if (dead.size > 0) {
  console.error(`dead links:\n${[...dead].join("\n")}`)
  process.exitCode = 1
}
