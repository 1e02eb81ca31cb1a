/** Looks at the pages of sweeps, and leaves pictures of them: `npm run test:browser`. */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { appendFileSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { outcomesFile } from "../../src/sweep/SweepFolder.js"
import { chromiumHere, faults, inBrowser, launch, overhang, serve, visit } from "./browser.js"
import { writeSweep } from "./writtenSweeps.js"

const pictures = mkdtempSync(join(tmpdir(), "holdfast-pictures-"))
const root = mkdtempSync(join(tmpdir(), "holdfast-sweeps-"))

let browser: Browser
let server: Awaited<ReturnType<typeof serve>>

/** How many trials the page says that it shows. */
const shown = (page: Page) =>
  page.locator("section[aria-labelledby=sweep-parallel] .count").innerText()

/** A place on an axis, from its bottom to its top. */
const onAxis = async (page: Page, axis: string, share: number) => {
  const box = (await page.locator(`[data-axis="${axis}"] .parallel-hit`).boundingBox())!
  return { x: box.x + box.width / 2, y: box.y + 6 + (box.height - 12) * (1 - share) }
}

describe.skipIf(chromiumHere === undefined)(inBrowser("sweeps in holdfast ui"), () => {
  beforeAll(async () => {
    writeSweep(join(root, "few"), { name: "few", trials: 3, outcomes: 2 })
    writeSweep(join(root, "many"), {
      name: "many",
      trials: 40,
      epochs: 5,
      until: (trial) => (trial % 4 === 0 ? 5 : 2),
      fails: (trial) => trial % 9 === 5
    })
    writeSweep(join(root, "failed"), { name: "failed", trials: 4, fails: () => true })
    writeSweep(join(root, "large"), {
      name: "large",
      trials: 2000,
      epochs: 20,
      until: (trial) => (trial % 5 === 0 ? 20 : 4),
      fails: (trial) => trial % 50 === 7
    })
    const all = await Promise.all([launch(), serve(root)])
    browser = all[0]
    server = all[1]
  })
  afterAll(async () => {
    await browser.close()
    server.child.send("SIGINT")
    await server.child.ended
    process.stdout.write(`pictures of sweeps: ${pictures}\n`)
  })

  it("looks right in both themes and languages, wide and narrow, and axe finds nothing", async () => {
    const found: Array<string> = []
    for (const theme of ["light", "dark"] as const) {
      for (const language of ["en", "zh"] as const) {
        for (const width of [1280, 390]) {
          const look = { theme, language, width }
          const { close, go, page, problems } = await visit(browser, server.address, look)
          for (const id of ["few", "many", "failed"]) {
            await go(`#/sweep?id=${id}`)
            await page.locator(".trials tbody tr").first().waitFor()
            const name = `${id}-${theme}-${language}-${width}`
            await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
            // The languages have the same elements.
            if (language === "en") {
              found.push(...(await faults(page)).map((fault) => `${name}: ${fault}`))
            }
            if ((await overhang(page)) > 0) found.push(`${name}: scrolls sideways`)
          }
          found.push(...problems)
          await close()
        }
      }
    }
    expect(found).toEqual([])
  })

  it("chooses trials by drags and clicks on several axes, and keeps the choice in the address", async () => {
    const { close, go, page, problems } = await visit(browser, server.address)
    await go("#/sweep?id=many")
    await page.locator(".parallel-box").waitFor()
    const rows = page.locator(".trials tbody tr")
    expect(await rows.count()).toBe(40)
    // A drag from the middle of the learning rate to its top.
    const from = await onAxis(page, "training.learning_rate", 0.5)
    const to = await onAxis(page, "training.learning_rate", 1.1)
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(to.x, to.y, { steps: 6 })
    await page.mouse.up()
    await expect.poll(() => page.url()).toContain("brush=training.learning_rate")
    const once = Number.parseInt(await shown(page), 10)
    expect(once).toBeGreaterThan(10)
    expect(once).toBeLessThan(30)
    await expect.poll(() => rows.count()).toBe(once)
    // A click on a category of another axis.
    const adam = await onAxis(page, "training.optimizer.name", 0.25)
    await page.mouse.click(adam.x, adam.y)
    await expect.poll(async () => Number.parseInt(await shown(page), 10)).toBeLessThan(once)
    const twice = await shown(page)
    await page.getByRole("button", { name: /^failed/ }).click()
    await expect.poll(() => page.url()).toContain("state=failed")
    await page.reload()
    await page.locator(".parallel-box").waitFor()
    await page.getByRole("button", { name: /^failed/ }).click()
    await expect.poll(() => shown(page)).toBe(twice)
    await page.getByRole("button", { name: "Show all" }).click()
    await expect.poll(() => page.url()).not.toContain("brush=")
    expect(problems).toEqual([])
    await close()
  })

  it("shows the trial under the mouse, and opens its run at a click", async () => {
    const { close, go, page, problems } = await visit(browser, server.address)
    await go("#/sweep?id=many")
    await page.locator(".parallel-box").waitFor()
    const at = await onAxis(page, "", 0)
    // The best trial's line ends at the bottom of the metric's axis; its mark is left of the hit area.
    await page.mouse.move(at.x - 18, at.y)
    const tip = page.locator(".parallel-box .trial-tip")
    await tip.waitFor()
    expect(await tip.innerText()).toMatch(/Trial \d+[^]*val_loss[^]*learning_rate/)
    const number = /Trial (\d+)/.exec(await tip.innerText())![1]!
    expect(await page.locator("tr[data-pointed=true] th a").innerText()).toBe(`Trial ${number}`)
    await page.mouse.click(at.x - 18, at.y)
    await page.getByRole("heading", { name: `many-${number}` }).waitFor()
    await page.getByRole("link", { name: "many", exact: true }).click()
    await page.getByRole("heading", { name: "many", exact: true }).waitFor()
    expect(problems).toEqual([])
    await close()
  })

  it("is all there for the keyboard", async () => {
    const { close, go, page, problems } = await visit(browser, server.address)
    await go("#/sweep?id=many")
    await page.locator(".parallel-box").focus()
    await page.keyboard.press("ArrowDown")
    const best = await page.locator(".best-value a").innerText()
    const announced = page.locator(".parallel-box [role=status]")
    await expect.poll(() => announced.innerText()).toContain(best.toLowerCase())
    await page.keyboard.press("Escape")
    const axis = page.getByRole("slider", { name: "model.units" })
    await axis.focus()
    await page.keyboard.press("ArrowUp")
    await expect.poll(() => page.url()).toContain("brush=model.units")
    const half = Number.parseInt(await shown(page), 10)
    await page.keyboard.press("Shift+ArrowDown")
    await page.keyboard.press("Shift+ArrowDown")
    await page.keyboard.press("Shift+ArrowDown")
    await page.keyboard.press("Shift+ArrowDown")
    await expect.poll(async () => Number.parseInt(await shown(page), 10)).toBeLessThan(half)
    expect(await axis.getAttribute("aria-valuetext")).toMatch(/^\d+.* to \d+/)
    await page.keyboard.press("Delete")
    await expect.poll(() => page.url()).not.toContain("brush=")
    await page.locator(".parallel-box").focus()
    await page.keyboard.press("Home")
    await page.keyboard.press("Enter")
    await page.locator(".run-head").waitFor()
    await expect.poll(() => page.url()).toContain("#/run?id=many")
    expect(problems).toEqual([])
    await close()
  })

  it("follows a sweep as its trials end", async () => {
    const { close, go, page, problems } = await visit(browser, server.address)
    await go("#/sweep?id=few")
    await page.getByRole("button", { name: "waiting 1" }).waitFor()
    appendFileSync(
      join(root, "few", outcomesFile),
      `${JSON.stringify({ ticket: 2, status: "completed", values: [1, 2, 3].map((epoch) => ({ epoch, value: 0.001 })) })}\n`
    )
    await page.getByRole("button", { name: "completed 3" }).waitFor()
    expect(await page.locator(".best-value").innerText()).toContain("Trial 2")
    await page.getByText("finished").first().waitFor()
    expect(problems).toEqual([])
    await close()
  })

  it("shows 2,000 trials, chooses among them, and sorts them", async () => {
    const { close, go, page, problems } = await visit(browser, server.address)
    await page.getByText(/2.000 trials/).waitFor()
    const started = performance.now()
    await go("#/sweep?id=large")
    await page.locator(".parallel-box").waitFor()
    await page.locator(".trials tbody tr").first().waitFor()
    const first = performance.now() - started
    const began = performance.now()
    await page.getByRole("button", { name: /^failed/ }).click()
    await page.getByText("40 of 2000 trials").first().waitFor()
    process.stdout.write(
      `2,000 trials in ${Math.round(first)} ms, a choice in ${Math.round(performance.now() - began)} ms\n`
    )
    await page.getByRole("button", { name: /^failed/ }).click()
    // Rows are added as one scrolls.
    expect(await page.locator(".trials tbody tr").count()).toBeLessThan(300)
    await page.locator(".trials").getByRole("button", { name: "val_loss" }).click()
    const values = await page
      .locator(".trials tbody td[data-label=val_loss]")
      .evaluateAll((cells) => cells.slice(0, 20).map((cell) => Number(cell.textContent)))
    expect(values).toEqual([...values].sort((one, other) => one - other))
    await page.screenshot({ path: join(pictures, "large.png"), fullPage: true })
    expect(problems).toEqual([])
    await close()
  })
})
