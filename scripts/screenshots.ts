/**
 * Pictures of the page with made-up runs:
 * npm run ui:screenshots -- [NAME…]     every view, theme, language and width, or those whose names have a NAME, into
 *                                       a temporary folder, to look at
 * npm run ui:screenshots -- --docs [NAME…]
 *                                       those of the documentation, into docs/assets
 *
 * Ends with code 1 where a view logs an error, scrolls sideways, asks for something elsewhere, runs what a name says,
 * or axe finds a fault. Needs Chromium (CHROMIUM, or /usr/bin/chromium), and its pictures are best with the fonts
 * Inter, Noto Sans CJK and JetBrains Mono.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { BrowserContext, Page } from "playwright-core"
import * as NodeFileSystem from "../src/io/NodeFileSystem.js"
import * as Access from "../src/ui/Access.js"
import * as PageFiles from "../src/ui/PageFiles.js"
import { serve } from "../src/ui/Server.js"
import { launch } from "../test/ui/browser.js"
import { now } from "../test/ui/page/fixtures.js"
import { madeUpRuns } from "../test/ui/page/madeUpRuns.js"
import { sweepRecipes } from "../test/ui/page/sweeps.js"

const address = (view: string, parameters: Readonly<Record<string, ReadonlyArray<string>>>) => {
  const query = new URLSearchParams()
  for (const [name, values] of Object.entries(parameters)) {
    for (const value of values) query.append(name, value)
  }
  return `#/${view}?${query.toString()}`
}

const run = (id: string, tab = "overview", more = {}) =>
  address("run", { id: [id], tab: [tab], ...more })

const sweep = (id: string, more = {}) => address("sweep", { id: [`sweeps/${id}`], ...more })

const mixup = "speaker/mixup-0.2"
const baseline = "speaker/baseline"
const hostile = "hostile/<b>bold<b>"

/** The views that are pictured, by name. */
const views: Readonly<Record<string, string>> = {
  runs: address("", {
    column: ["training.learning_rate", "training.optimizer"],
    select: [mixup, baseline]
  }),
  curves: address("curves", { id: [mixup, baseline, "speaker/no-augment", "speaker/lr-0.05"] }),
  run: run(mixup),
  runcurves: run(mixup, "curves", { log: ["1"] }),
  checkpoints: run("speaker/tdnn-wide", "checkpoints"),
  performance: run(mixup, "performance", { x: ["time"] }),
  evaluation: run(baseline, "evaluation"),
  config: run(mixup, "config"),
  compare: address("compare", { id: [baseline, mixup] }),
  hostile: run(hostile),
  hostilematrix: run(hostile, "evaluation"),
  cutoff: run("speaker/cut-off"),
  fresh: run("speaker/new", "curves"),
  missing: run("nowhere"),
  nothing: "#/curves",
  help: "#/",
  sweeprows: address("", { open: ["sweeps/few"], select: [baseline] }),
  sweep: sweep("learning-rate"),
  sweepbrushed: sweep("learning-rate", {
    brush: ["training.learning_rate:0.001:0.05", "training.optimizer.name:0:1"],
    sort: ["value"]
  }),
  sweeppopulation: sweep("population"),
  sweepfew: sweep("few"),
  sweepone: sweep("one"),
  sweeptwelve: sweep("twelve"),
  sweepfailed: sweep("failed"),
  sweepunfinished: sweep("unfinished"),
  sweepempty: sweep("empty"),
  sweephostile: sweep(sweepRecipes.find(({ problem }) => problem !== undefined)!.id.slice(7)),
  sweeplarge: sweep("large")
}

interface Shot {
  readonly view: string
  readonly theme: "light" | "dark"
  readonly language: "en" | "zh"
  readonly width: number
}

const nameOf = ({ language, theme, view, width }: Shot) => `${view}-${theme}-${language}-${width}`

const every: ReadonlyArray<Shot> = (["light", "dark"] as const).flatMap((theme) =>
  (["en", "zh"] as const).flatMap((language) =>
    [1440, 900, 390].flatMap((width) =>
      Object.keys(views).map((view) => ({ view, theme, language, width }))
    )
  )
)

/** What the documentation shows. */
const documented = every.filter(
  ({ theme, view, width }) =>
    width === 1440 &&
    theme === "light" &&
    ["runs", "curves", "run", "evaluation", "sweep"].includes(view)
)

const words = process.argv.slice(2)
const isDocs = words.includes("--docs")
const folder = isDocs ? "docs/assets" : join(tmpdir(), "holdfast-pages")
const names = words.filter((word) => word !== "--docs")
const shots = (isDocs ? documented : every).filter(
  (shot) => names.length === 0 || names.some((word) => nameOf(shot).includes(word))
)

const problems = new Set<string>()
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")
const audit = `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ target }) => target.join(" ")).join(" | ")))`

/** Chromium writes WebP as well, a fourth of the size. */
const toWebp = async (page: Page, png: Buffer): Promise<Buffer> => {
  const url = await page.evaluate(`new Promise((resolve) => {
    const image = new Image()
    image.onload = () => {
      const canvas = document.createElement("canvas")
      canvas.width = image.width
      canvas.height = image.height
      canvas.getContext("2d").drawImage(image, 0, 0)
      resolve(canvas.toDataURL("image/webp", 0.85))
    }
    image.src = "data:image/png;base64,${png.toString("base64")}"
  })`)
  return Buffer.from(String(url).split(",")[1] ?? "", "base64")
}

const shoot = async (page: Page, root: string, shot: Shot): Promise<void> => {
  const name = nameOf(shot)
  await page.goto("about:blank")
  // In the documentation, the worst examples are below the confusion matrix.
  const docsHeights: Readonly<Record<string, number>> = { evaluation: 1330, sweep: 1210 }
  const usual = shot.width < 500 ? 844 : 900
  const height = (isDocs ? docsHeights[shot.view] : undefined) ?? usual
  await page.setViewportSize({ width: shot.width, height })
  await page.goto(root + views[shot.view]!)
  await page.waitForSelector("h1, .state", { state: "attached" })
  if (shot.view === "help") await page.keyboard.press("?")
  await page.waitForTimeout(500)
  const wide = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"))
  if (wide > 0) problems.add(`${name}: scrolls sideways by ${wide}`)
  if ((await page.title()) === "owned") problems.add(`${name}: runs what a name says`)
  await page.evaluate(axe)
  for (const fault of (await page.evaluate(audit)) as ReadonlyArray<string>) {
    problems.add(`${name}: axe ${fault}`)
  }
  const png = await page.screenshot({ fullPage: !isDocs && shot.width < 1440 })
  if (!isDocs) {
    writeFileSync(join(folder, `${name}.png`), png)
    return
  }
  await page.goto("about:blank")
  const file = `ui-${shot.view}${shot.language === "zh" ? ".zh" : ""}.webp`
  writeFileSync(join(folder, file), await toWebp(page, png))
}

const watch = (page: Page): void => {
  page.on("console", (message) => {
    // A run that is not there is answered so.
    if (message.type() !== "error" || message.text().includes("404")) return
    problems.add(`${page.url()}: ${message.text()}`)
  })
  page.on("pageerror", (error) => problems.add(`${page.url()}: ${error.message}`))
  page.on("request", (request) => {
    if (!/^(http:\/\/127\.0\.0\.1:|data:|about:|blob:)/.test(request.url())) {
      problems.add(`asks for ${request.url()}`)
    }
  })
}

mkdirSync(folder, { recursive: true })
const scope = await Effect.runPromise(Scope.make())
const site = await Effect.gen(function* () {
  const pageFiles = yield* PageFiles.read(PageFiles.builtPage)
  return yield* serve({ host: "127.0.0.1", port: 0, pageFiles, version: "0.3.0" })
}).pipe(
  Effect.provide([
    NodeFileSystem.layer,
    // The documentation shows those without trouble in their names.
    madeUpRuns(isDocs ? { count: 7, sweeps: sweepRecipes.slice(0, 1) } : { sweeps: sweepRecipes })
  ]),
  Scope.extend(scope),
  Effect.runPromise
)
const login = Access.urlOf(site)
const browser = await launch()
const contexts = new Map<string, BrowserContext>()
for (const shot of shots) {
  const key = shot.theme + shot.language
  const context =
    contexts.get(key) ??
    (await browser.newContext({
      colorScheme: shot.theme,
      locale: shot.language === "zh" ? "zh-CN" : "en-US",
      timezoneId: "UTC",
      reducedMotion: "reduce"
    }))
  let [page] = context.pages()
  if (page === undefined) {
    contexts.set(key, context)
    page = await context.newPage()
    await page.clock.setFixedTime(now)
    await page.goto(login)
    watch(page)
  }
  await shoot(page, new URL("/", login).href, shot)
}
await browser.close()
await Effect.runPromise(Scope.close(scope, Exit.void))
for (const problem of problems) console.log(problem)
console.log(`${shots.length} pictures in ${folder}, ${problems.size} problems`)
process.exitCode = problems.size === 0 ? 0 : 1
