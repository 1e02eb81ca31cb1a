import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import "../e2e/scratch.js"
import { blobsChain, checkpoints } from "../support/abuse.js"
import { damage } from "../support/checkpoints.js"
import { start } from "../support/child.js"
import {
  chromiumHere,
  drawn,
  faults,
  inBrowser,
  launch,
  overhang,
  serve,
  visit,
  type Look,
  type Visit
} from "./browser.js"
import { writeRun } from "./writtenRuns.js"
import { writeSweep } from "./writtenSweeps.js"

const root = process.env["TMPDIR"]!

/** What would run, or be an element, were it not text. */
const hostile = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`

let browser: Browser
let server: Awaited<ReturnType<typeof serve>>
const visits: Array<Visit> = []

const look = async (how?: Look): Promise<Visit> => {
  const one = await visit(browser, server.address, how)
  visits.push(one)
  return one
}

describe.skipIf(chromiumHere === undefined)(inBrowser("the page of holdfast ui"), () => {
  beforeAll(async () => {
    writeRun(join(root, "a"), { name: "baseline", tags: ["first"] })
    writeRun(join(root, "b"), { name: "twice", scale: 2 })
    writeRun(join(root, "cut"), { name: "cut off", isCutOff: true })
    writeRun(join(root, "<b>bold"), {
      name: hostile,
      tags: [hostile],
      notes: hostile,
      config: { [hostile]: hostile },
      warning: hostile,
      classes: [hostile, "two"]
    })
    writeSweep(join(root, "rates"), { name: "rates", trials: 6, fails: (trial) => trial === 2 })
    const all = await Promise.all([launch(), serve(root)])
    browser = all[0]
    server = all[1]
  })
  afterAll(async () => {
    // Nothing was asked of any other machine, and nothing went wrong in the page, in all of the tests.
    expect(visits.flatMap(({ problems }) => problems)).toEqual([])
    await browser.close()
    server.child.send("SIGINT")
    expect((await server.child.ended).code).toBe(130)
  })

  it("moves the curves of a run that trains, has it save, and has it save and stop", async () => {
    const chain = blobsChain({ batch: 40, training: { num_epochs: 10_000 } })
    const run = start(["run", ...chain.args, "--name", "live one"], chain.folder)
    const { page, close } = await look()
    const row = page.getByRole("row", { name: "live one" })
    await row.getByText("running").waitFor()
    await row.getByRole("link", { name: "live one" }).click()
    const parts = page.getByRole("navigation", { name: "Parts of the run" })
    await parts.getByRole("link", { name: "Curves" }).click()
    const chart = page.getByRole("group", { name: /^loss: / })
    await chart.waitFor()
    const [before, label] = [await drawn(page, "loss"), await chart.getAttribute("aria-label")]
    await expect.poll(() => chart.getAttribute("aria-label"), { timeout: 90_000 }).not.toBe(label)
    expect(await drawn(page, "loss")).not.toBe(before)

    await page.getByRole("button", { name: "Save now" }).click()
    await page.getByText(/^Saved at epoch \d+, step \d+; training paused for /).waitFor()
    expect(readdirSync(checkpoints(chain))).toContain("latest_checkpoint.safetensors")

    await page.getByRole("button", { name: "Stop and save" }).click()
    const dialog = page.getByRole("dialog")
    await dialog.getByRole("button", { name: "Stop and save" }).click()
    const { code, out } = await run.ended
    expect(code).toBe(130)
    expect(out).toMatch(/stopped by SIGINT .*; saved checkpoints\//)
    expect(damage(checkpoints(chain))).toEqual([])
    await page.getByText("Saved and stopped. It resumes from here.").waitFor()
    await page.getByText("interrupted").first().waitFor()
    expect(await page.getByRole("button", { name: "Save now" }).count()).toBe(0)
    await close()
  })

  it("draws chosen runs over one another, and compares them, by the keyboard", async () => {
    const { page, close } = await look()
    await page.getByRole("link", { name: "baseline" }).waitFor()
    // Find both, choose them, and draw them.
    for (const name of ["baseline", "twice"]) {
      await page.keyboard.press("/")
      await page.keyboard.press("ControlOrMeta+a")
      await page.keyboard.type(name)
      await page.getByRole("searchbox").blur()
      await page.getByText("1 of ").waitFor()
      await page.keyboard.press("j")
      await page.keyboard.press("x")
    }
    await page.getByText("2 selected").waitFor()
    await page.keyboard.press("c")
    await page
      .getByRole("group", { name: /^loss: .*baseline .*twice |^loss: .*twice .*baseline / })
      .waitFor()
    await page.keyboard.press("3")
    const changed = page.getByRole("row", { name: /training\.learning_rate/ })
    await changed.waitFor()
    expect(await changed.innerText()).toMatch(/0\.01\s+0\.02|0\.02\s+0\.01/)
    await page.keyboard.press("?")
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor()
    await page.keyboard.press("Escape")
    await page.getByRole("dialog").waitFor({ state: "detached" })
    await page.keyboard.press("t")
    await page.locator("html[data-theme=dark]").waitFor()
    await page.keyboard.press("1")
    await page.locator("table.runs").waitFor()
    await close()
  })

  it("shows a log without the half-written line at its end, and says so", async () => {
    const { page, go, close } = await look()
    await go("#/run?id=cut&tab=curves")
    await page.getByText("The last line of the log is incomplete").waitFor()
    await page.getByRole("group", { name: /^loss: / }).waitFor()
    await close()
  })

  it("shows a sweep in one row, chooses among its trials, and opens the best", async () => {
    const { page, close } = await look()
    await page.getByRole("button", { name: "show the trials of rates" }).click()
    await page.getByRole("link", { name: "rates-5" }).waitFor()
    await page.getByRole("link", { name: "rates", exact: true }).click()
    await page.getByText("Drag on an axis to choose trials.").waitFor()
    await page.getByRole("slider", { name: "training.learning_rate" }).focus()
    await page.keyboard.press("ArrowUp")
    await page
      .getByText(/^[1-5] of 6 trials$/)
      .first()
      .waitFor()
    await page.keyboard.press("Delete")
    const best = await page.locator(".best-value a").innerText()
    await page.locator(".parallel-box").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.getByRole("heading", { name: best.replace("Trial ", "rates-") }).waitFor()
    await close()
  })

  it("shows hostile names as text", async () => {
    const { page, go, close } = await look()
    await page.getByRole("link", { name: hostile }).click()
    await page.getByRole("heading", { name: hostile }).waitFor()
    const id = encodeURIComponent("<b>bold")
    for (const tab of ["overview", "curves", "evaluation", "config"]) {
      await go(`#/run?id=${id}&tab=${tab}`)
      await page.getByRole("heading", { name: hostile }).waitFor()
    }
    await go(`#/compare?id=${id}&id=a`)
    await page.getByRole("row", { name: hostile }).first().waitFor()
    expect(await page.locator("main img, main script, main b").count()).toBe(0)
    expect(await page.title()).not.toBe("owned")
    await close()
  })

  for (const [theme, language, width] of [
    ["light", "en", 1280],
    ["dark", "zh", 390]
  ] as const) {
    it(`has nothing that axe finds, nor scrolls sideways: ${theme}, ${language}, ${width} pixels`, async () => {
      const { page, go, close } = await look({ theme, language, width })
      for (const [route, shown] of [
        ["#/", "table.runs"],
        ["#/run?id=a", ".run-head"],
        ["#/curves?id=a&id=b", ".plot"],
        ["#/compare?id=a&id=b", "[data-differs]"],
        ["#/sweep?id=rates", ".trials tbody tr"]
      ] as const) {
        await go(route)
        await page.locator(shown).first().waitFor()
        expect(await faults(page), route).toEqual([])
        expect(await overhang(page), route).toBeLessThanOrEqual(0)
      }
      await close()
    })
  }
})
