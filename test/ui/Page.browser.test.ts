/**
 * Looks at every part of the page, and leaves a picture of each view in a folder that it names:
 * `npm run test:browser`.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import { chromiumHere, faults, inBrowser, launch, overhang, serve, visit } from "./browser.js"
import { writeRun } from "./writtenRuns.js"

const pictures = mkdtempSync(join(tmpdir(), "holdfast-pictures-"))
const root = mkdtempSync(join(tmpdir(), "holdfast-runs-"))

let browser: Browser

const fewRuns = (): string => {
  const folder = join(root, "few")
  mkdirSync(folder, { recursive: true })
  writeRun(join(folder, "a"), {
    name: "baseline",
    tags: ["first", "adam"],
    notes: "The one to beat.",
    warning: "2 recordings are silent",
    classes: ["ada", "bram", "chen"]
  })
  writeRun(join(folder, "b"), { name: "twice", scale: 2, epochs: 5 })
  writeRun(join(folder, "c"), { name: "x".repeat(200), scale: 3, isCutOff: true })
  return folder
}

describe.skipIf(chromiumHere === undefined)(inBrowser("the page of holdfast ui, all of it"), () => {
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(async () => {
    await browser.close()
    process.stdout.write(`pictures of the page: ${pictures}\n`)
  })

  it("looks right in both themes and languages, wide and narrow, and axe finds nothing", async () => {
    const { address, child } = await serve(fewRuns())
    const found: Array<string> = []
    for (const theme of ["light", "dark"] as const) {
      for (const language of ["en", "zh"] as const) {
        for (const width of [1280, 390]) {
          const { close, go, page, problems } = await visit(browser, address, {
            theme,
            language,
            width
          })
          const tabs = ["overview", "curves", "checkpoints", "performance", "evaluation", "config"]
          for (const [name, route] of [
            ["runs", "#/?select=a&select=b&column=training.learning_rate"],
            ["nothing-found", "#/?q=nowhere"],
            ["curves", "#/curves?id=a&id=b&id=c"],
            ["no-curves", "#/curves"],
            ["compare", "#/compare?id=a&id=b"],
            ["missing", "#/run?id=nowhere"],
            ...tabs.map((tab) => [`run-${tab}`, `#/run?id=a&tab=${tab}`] as const),
            ["long-name", "#/run?id=c"]
          ] as const) {
            const view = `${name}-${theme}-${language}-${width}`
            await go(route)
            await page.waitForTimeout(700)
            for (const fault of await faults(page)) found.push(`${view}: ${fault}`)
            const over = await overhang(page)
            if (over > 0) found.push(`${view} scrolls sideways by ${over}`)
            await page.screenshot({ path: join(pictures, `${view}.png`), fullPage: width < 500 })
          }
          // That there is no such run is asked on purpose.
          found.push(...problems.filter((problem) => !problem.includes("404")))
          await close()
        }
      }
    }
    child.send("SIGINT")
    await child.ended
    expect(found).toEqual([])
  })

  it("lists 1,000 runs, filters and sorts them, and draws many of them", async () => {
    const folder = join(root, "many")
    for (let i = 0; i < 1000; i++) {
      writeRun(join(folder, `group-${i % 10}`, `run-${i}`), {
        name: `run ${i}`,
        scale: 1 + (i % 100) / 100,
        config: { model: { units: 16 * (1 + (i % 4)) } }
      })
    }
    const { address, child } = await serve(folder)
    const { close, go, page, problems } = await visit(browser, address)
    await page.getByText("1000 runs").waitFor()
    const started = performance.now()
    await page.reload()
    await page.locator("table.runs tbody tr").first().waitFor()
    process.stdout.write(`1,000 runs in ${Math.round(performance.now() - started)} ms\n`)
    // A table of all would be slow to lay out: rows are added as one scrolls.
    expect(await page.locator("table.runs tbody tr").count()).toBeLessThan(500)
    await page.getByRole("searchbox").fill("units=64")
    await page.getByText("250 of 1000 runs").waitFor()
    await page.getByRole("button", { name: "Best" }).click()
    const best = () =>
      page
        .locator("table.runs tbody tr td[data-label=Best]")
        .evaluateAll((cells) => cells.slice(0, 20).map((cell) => Number(cell.textContent)))
    const once = await best()
    expect(once).toEqual([...once].sort((a, b) => b - a))
    await page.getByRole("button", { name: "Best" }).click()
    const twice = await best()
    expect(twice).toEqual([...twice].sort((a, b) => a - b))
    const ids = Array.from({ length: 20 }, (_, i) => `id=group-${i % 10}/run-${i}`)
    await go(`#/curves?${ids.join("&")}`)
    await page.getByRole("group", { name: /^loss: .*run 19 / }).waitFor()
    await page.screenshot({ path: join(pictures, "many-curves.png") })
    expect(problems).toEqual([])
    await close()
    child.send("SIGINT")
    await child.ended
  })

  it("zooms by mouse and keyboard, and keeps what is shown in the address", async () => {
    const { address, child } = await serve(fewRuns())
    const { close, go, page, problems } = await visit(browser, address)
    await go("#/run?id=b&tab=curves")
    const chart = page.getByRole("group", { name: /^loss: / })
    await chart.waitFor()
    const area = (await chart.locator(".u-over").boundingBox())!
    await page.mouse.move(area.x + area.width * 0.3, area.y + area.height / 2)
    await page.mouse.down()
    await page.mouse.move(area.x + area.width * 0.6, area.y + area.height / 2, { steps: 8 })
    await page.mouse.up()
    await expect.poll(() => page.url()).toMatch(/from=[\d.]+&to=[\d.]+/)
    await page.getByRole("button", { name: "Reset zoom" }).click()
    await expect.poll(() => page.url()).not.toContain("from=")
    await chart.focus()
    await page.keyboard.press("+")
    await expect.poll(() => page.url()).toContain("from=")
    await page.keyboard.press("Home")
    await expect.poll(() => page.url()).not.toContain("from=")
    await page.keyboard.press("l")
    await expect.poll(() => page.url()).toContain("log=1")
    await page.keyboard.press("e")
    await expect.poll(() => page.url()).toContain("x=")
    await page.reload()
    await page.getByRole("checkbox", { name: "log scale" }).waitFor()
    expect(await page.getByRole("checkbox", { name: "log scale" }).isChecked()).toBe(true)
    expect(problems).toEqual([])
    await close()
    child.send("SIGINT")
    await child.ended
  })

  it("shows nothing without the token, and says when the server is gone", async () => {
    const { address, child } = await serve(fewRuns())
    const stranger = await browser.newPage()
    await stranger.goto(new URL("/", address).href)
    await stranger.getByText("The address lacks its token").waitFor()
    expect(await stranger.getByText("baseline").count()).toBe(0)
    await stranger.close()
    const { close, page } = await visit(browser, address)
    await page.getByText("live", { exact: true }).waitFor()
    child.send("SIGINT")
    await child.ended
    await page.getByText("connection lost, trying again").waitFor()
    // What was there stays.
    await page.getByRole("link", { name: "baseline" }).waitFor()
    await close()
  })
})
