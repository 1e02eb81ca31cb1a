import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { start } from "../support/child.js"

/** Chromium: the one that `CHROMIUM` names, or the system's; undefined without one. */
export const chromiumHere = [
  process.env["CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome"
].find((file) => file !== "" && existsSync(file))

/** What a group of tests in the browser is called, so that a run without one says why it skips them. */
export const inBrowser = (what: string): string =>
  chromiumHere === undefined
    ? `${what} (skipped: no Chromium here; install chromium, or name one in CHROMIUM)`
    : what

/** Starts the browser. Whatever it might look for elsewhere it does not find. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumHere!,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--force-color-profile=srgb",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    ]
  })

export interface Look {
  readonly theme?: "light" | "dark"
  readonly language?: "en" | "zh"
  readonly width?: number
}

/** A page of the browser, and what should not have happened on it. */
export interface Visit {
  readonly page: Page
  /** Errors that it logged or threw, and requests to anywhere but the server. */
  readonly problems: ReadonlyArray<string>
  /** Goes to a view by its route, "#/curves?…". */
  readonly go: (route: string) => Promise<void>
  readonly close: () => Promise<void>
}

/** Opens the address that `holdfast ui` printed, as somebody who likes it so. */
export const visit = async (browser: Browser, address: string, look: Look = {}): Promise<Visit> => {
  const { language = "en", theme = "light", width = 1280 } = look
  const options: BrowserContextOptions = {
    colorScheme: theme,
    locale: language === "zh" ? "zh-CN" : "en-US",
    timezoneId: "UTC",
    reducedMotion: "reduce",
    viewport: { width, height: width < 500 ? 844 : 900 }
  }
  const context = await browser.newContext(options)
  context.setDefaultTimeout(90_000)
  const problems: Array<string> = []
  const { origin } = new URL(address)
  await context.route(
    (url) => url.origin !== origin && !["data:", "blob:"].includes(url.protocol),
    async (route) => {
      problems.push(`it asks for ${route.request().url()}`)
      await route.abort()
    }
  )
  const page = await context.newPage()
  page.on("pageerror", (error) => problems.push(error.message))
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text())
  })
  await page.goto(address)
  await page.waitForSelector("table.runs, .state")
  return {
    page,
    problems,
    go: async (route) => {
      await page.goto(`${origin}/${route}`)
    },
    close: () => context.close()
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

/** What axe finds on a page, each fault with the elements that have it. */
export const faults = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axe)
  return page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then((found) =>
    found.violations.map(({ id, nodes }) =>
      id + ": " + nodes.slice(0, 3).map(({ any, target }) =>
        target.join(" ") + " " + (any[0]?.message ?? "")).join(" | ")))`)
}

/** By how many pixels a page is wider than the window. */
export const overhang = (page: Page): Promise<number> =>
  page.evaluate("document.documentElement.scrollWidth - innerWidth")

/** What is drawn of the chart of a metric. */
export const drawn = (page: Page, metric: string): Promise<string> =>
  page
    .locator("article.chart", { has: page.getByRole("heading", { name: metric, exact: true }) })
    .locator("canvas")
    .evaluate((canvas) => (canvas as unknown as { toDataURL: () => string }).toDataURL())

/** `holdfast ui` on a folder, and the address that it prints. */
export const serve = async (folder: string) => {
  const child = start(["ui", folder, "--port", "0"], folder)
  let address: string | undefined
  if (await child.shows("token=")) {
    address = /http:\S+token=\S+/.exec(child.output())?.[0]
  }
  if (address === undefined) throw new Error(`no address: ${JSON.stringify(await child.ended)}`)
  return { address, child }
}
