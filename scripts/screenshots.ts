/**
 * Pictures of the page with made-up runs, for the documentation and to look at:
 * npm run ui:screenshots -- [FOLDER] [NAME…], by default every view, theme, width and language into a temporary folder.
 * Ends with code 1 where a view logs an error, scrolls sideways, asks for something elsewhere, or axe finds a fault.
 */
import { mkdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { chromium, type Page } from "playwright-core"
import { now } from "../test/ui/page/fixtures.js"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as NodeFileSystem from "../src/io/NodeFileSystem.js"
import * as Access from "../src/ui/Access.js"
import * as PageFiles from "../src/ui/PageFiles.js"
import { serve } from "../src/ui/Server.js"
import { madeUpRuns } from "../test/ui/page/madeUpRuns.js"

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

const mixup = encodeURIComponent("speaker/mixup-0.2")
const ids = ["speaker/mixup-0.2", "speaker/baseline", "speaker/no-augment", "speaker/lr-0.05"]
const query = ids.map((id) => `id=${encodeURIComponent(id)}`).join("&")

/** The views that are pictured, by name. */
const views: Readonly<Record<string, string>> = {
  runs: `#/?column=training.learning_rate&column=training.optimizer&select=${mixup}&select=${encodeURIComponent("speaker/baseline")}`,
  curves: `#/curves?${query}`,
  overview: `#/run?id=${mixup}`,
  runcurves: `#/run?id=${mixup}&tab=curves&log=1`,
  checkpoints: `#/run?id=${encodeURIComponent("speaker/tdnn-wide")}&tab=checkpoints`,
  performance: `#/run?id=${mixup}&tab=performance&x=time`,
  evaluation: `#/run?id=${encodeURIComponent("speaker/baseline")}&tab=evaluation`,
  config: `#/run?id=${mixup}&tab=config`,
  compare: `#/compare?id=${encodeURIComponent("speaker/baseline")}&id=${mixup}`,
  hostile: `#/run?id=${encodeURIComponent("hostile/<b>bold<b>")}`,
  hostilematrix: `#/run?id=${encodeURIComponent("hostile/<b>bold<b>")}&tab=evaluation`,
  cutoff: `#/run?id=${encodeURIComponent("speaker/cut-off")}`,
  fresh: `#/run?id=${encodeURIComponent("speaker/new")}&tab=curves`,
  missing: "#/run?id=nowhere",
  nothing: "#/curves",
  help: "#/"
}

const widths = [1440, 900, 390]

interface Shot {
  readonly view: string
  readonly theme: "light" | "dark"
  readonly language: "en" | "zh"
  readonly width: number
}

const problems: Array<string> = []

const shoot = async (page: Page, url: string, folder: string, shot: Shot): Promise<void> => {
  const name = `${shot.view}-${shot.theme}-${shot.language}-${shot.width}`
  await page.goto("about:blank")
  await page.setViewportSize({ width: shot.width, height: shot.width < 500 ? 844 : 900 })
  await page.goto(url + views[shot.view]!)
  await page.waitForSelector("h1, .state, .run-head", { state: "attached" })
  if (shot.view === "help") await page.keyboard.press("?")
  await page.waitForTimeout(500)
  const wide = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"))
  if (wide > 0) problems.push(`${name}: scrolls sideways by ${wide}`)
  await page.evaluate(axe)
  const found = await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join(' | ')))"
  )
  for (const fault of found as Array<string>) problems.push(`${name}: axe ${fault}`)
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: shot.width < 1440 })
}

const [folder = join(tmpdir(), "holdfast-pages"), ...wanted] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const scope = await Effect.runPromise(Scope.make())
const site = await Effect.gen(function* () {
  const pageFiles = yield* PageFiles.read(PageFiles.builtPage)
  return yield* serve({ host: "127.0.0.1", port: 0, pageFiles, version: "0.3.0" })
}).pipe(
  Effect.provide([NodeFileSystem.layer, madeUpRuns()]),
  Scope.extend(scope),
  Effect.runPromise
)
const login = Access.urlOf(site)
const root = new URL("/", login).href
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb"
  ]
})
const shots = (["light", "dark"] as const).flatMap((theme) =>
  (["en", "zh"] as const).flatMap((language) =>
    widths.flatMap((width) =>
      Object.keys(views).map((view): Shot => ({ view, theme, language, width }))
    )
  )
)
for (const theme of ["light", "dark"] as const) {
  for (const language of ["en", "zh"] as const) {
    const context = await browser.newContext({
      colorScheme: theme,
      locale: language === "zh" ? "zh-CN" : "en-US",
      timezoneId: "UTC",
      deviceScaleFactor: 1,
      reducedMotion: "reduce"
    })
    const page = await context.newPage()
    await page.goto(login)
    await page.clock.setFixedTime(now)
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("404"))
        problems.push(`${page.url()}: ${message.text()}`)
    })
    page.on("pageerror", (error) => problems.push(`${page.url()}: ${error.message}`))
    page.on("request", (request) => {
      if (!/^(http:\/\/127\.0\.0\.1:|data:|about:|blob:)/.test(request.url()))
        problems.push(`asks for ${request.url()}`)
    })
    for (const shot of shots) {
      if (shot.theme !== theme || shot.language !== language) continue
      const name = `${shot.view}-${shot.theme}-${shot.language}-${shot.width}`
      if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue
      await shoot(page, root, folder, shot)
      if ((await page.title()) === "owned") problems.push(`${name}: a name was run`)
    }
    await context.close()
  }
}
await browser.close()
await Effect.runPromise(Scope.close(scope, Exit.void))
for (const problem of new Set(problems)) console.log(problem)
console.log(`${folder}: ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
