import { describe, expect, it } from "@effect/vitest"
import { mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Messages from "../../src/terminal/Messages.js"
import { holdfast, javascript, onTerminal, pipeline, program, start, wait } from "./holdfast.js"

const stop = program("stop")

const file = (): string => join(mkdtempSync(join(tmpdir(), "holdfast-")), "log")

// Most of them wait for a process, or for a second to pass.
describe.concurrent("runMain", () => {
  it("exits with 0 at the end", async () => {
    expect(await start([stop, "succeed", "0"]).ended).toEqual({
      code: 0,
      out: "flushed\n",
      err: ""
    })
  })

  it("prints an error's message, without a stack, and exits with 1", async () => {
    expect(await start([stop, "fail", "0"]).ended).toEqual({
      code: 1,
      out: "flushed\n",
      err: "error: a foreseen failure\n"
    })
  })

  for (const [signal, expected] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129]
  ] as const) {
    it(`runs the finalizers on ${signal} and exits with ${expected}`, async () => {
      const run = start([stop, "work", "50"])
      await run.shows("working")
      run.kill(signal)
      const { code, err, out } = await run.ended
      expect({ code, err }).toEqual({ code: expected, err: "" })
      expect(out).toMatch(/working\nflushed\n$/)
    })
  }

  it("treats a repeated signal as one, and says that it is stopping", async () => {
    const run = start([stop, "work", "1300"])
    await run.shows("working")
    run.kill("SIGINT")
    await wait(50)
    run.kill("SIGINT")
    const { code, err, out } = await run.ended
    expect({ code, err }).toEqual({ code: 130, err: `\n${Messages.stopping()}\n` })
    expect(out).toContain("flushed")
  })

  it("quits at once on a second signal more than a second later", async () => {
    const run = start([stop, "work", "6000000"])
    await run.shows("working")
    run.kill("SIGINT")
    await run.shows("stopping")
    await wait(1100)
    run.kill("SIGTERM")
    const { code, out } = await run.ended
    expect(code).toBe(130)
    expect(out).not.toContain("flushed")
  })

  it("ends when the grace period after SIGTERM is over, with work unfinished", async () => {
    const run = start([stop, "work", "6000000", "", "0.2"])
    await run.shows("working")
    const pressed = performance.now()
    run.kill("SIGTERM")
    const { code, err, out } = await run.ended
    expect(performance.now() - pressed).toBeGreaterThan(200)
    expect({ code, err }).toEqual({ code: 143, err: `\n${Messages.outOfTime(0.2)}\n` })
    expect(out).not.toContain("flushed")
  })

  it("asks to be run again by its exit code after SIGTERM, finished in time or not", async () => {
    for (const [delay, grace] of [
      ["50", "25"],
      ["6000000", "0.2"]
    ] as const) {
      const run = start([stop, "work", delay, "", grace, "requeue"])
      await run.shows("working")
      run.kill("SIGTERM")
      expect((await run.ended).code).toBe(75)
    }
  })

  it("sets no time limit after SIGINT and SIGHUP", async () => {
    const log = file()
    for (const signal of ["SIGINT", "SIGHUP"] as const) {
      const run = start([stop, "work", "400", log, "0.1"])
      await run.shows("working")
      run.kill(signal)
      expect((await run.ended).err).not.toContain("over")
    }
    expect(readFileSync(log, "utf8")).toBe("flushed\nflushed\n")
  })

  it("runs the finalizers when the reader of its output is gone, and exits with 141", async () => {
    const log = file()
    const run = start([stop, "work", "0", log])
    await run.shows("working")
    run.closeOut()
    expect(await run.ended).toMatchObject({ code: 141, err: "" })
    expect(readFileSync(log, "utf8")).toBe("flushed\n")
  })

  it("runs the finalizers when the terminal goes away", async () => {
    const log = file()
    const run = onTerminal(["work", "100", log], { script: stop })
    await run.shows("working")
    run.hangUp()
    await run.ended
    expect(readFileSync(log, "utf8")).toBe("flushed\n")
  })
})

describe("holdfast run", () => {
  it("stops on Ctrl+C, and clears the progress line", async () => {
    const run = onTerminal(["run", pipeline("toy"), "100000"])
    await run.shows("epoch 1/1  [")
    await run.shows("loss 0.1")
    run.type("\u0003")
    const { code, out } = await run.ended
    expect(code).toBe(130)
    expect(out).toMatch(/\r +\rflushed\r\n$/)
    expect(out).not.toContain("\u001b")
  })

  it("shows a defect with its line in the user's TypeScript", async () => {
    const { code, err } = await holdfast(["run", pipeline("toy"), "0", "die"])
    expect(code).toBe(1)
    expect(err).toMatch(/^error: this is a bug in holdfast or in your pipeline\nTypeError: an over/)
    const source = readFileSync(pipeline("toy"), "utf8").split("\n")
    const line = source.findIndex((text) => text.includes("an oversight")) + 1
    expect(err).toContain(`pipelines/toy.ts:${line}:`)
  })
})

describe.concurrent("the question whether to resume", () => {
  const asking = ["run", javascript("asking")]

  it("takes Enter as yes", async () => {
    const run = onTerminal(asking)
    await run.shows("Resume from it? [Y/n] ")
    run.type("\r")
    const { code, out } = await run.ended
    expect(code).toBe(0)
    expect(out).toContain("answered true")
  })

  it("starts a new line after the answer, even if it was typed ahead", async () => {
    for (const ahead of [true, false]) {
      const run = onTerminal(asking)
      if (!ahead) {
        await run.shows("Resume from it? [Y/n] ")
        // A person takes at least this long.
        await wait(200)
      }
      run.type("\r")
      const { out } = await run.ended
      expect(out).toContain("Resume from it? [Y/n] \r\nanswered true\r\n")
    }
  })

  it("is asked in the user's language, and again after an unclear answer", async () => {
    const run = onTerminal(asking, { env: { LC_ALL: "zh_CN.UTF-8" } })
    await run.shows("从该检查点恢复训练吗？[Y/n] ")
    run.type("perhaps\r")
    await run.shows("请回答 y（是）或 n（否）")
    run.type("否\r")
    expect((await run.ended).out).toContain("answered false")
  })

  it("can be left with Ctrl+C: 130", async () => {
    const run = onTerminal(asking)
    await run.shows("Resume from it? [Y/n] ")
    run.type("\u0003")
    const { code, out } = await run.ended
    expect(code).toBe(130)
    expect(out).not.toContain("answered")
    expect(out).toMatch(/\r\n$/)
  })

  it("can be left with Ctrl+D: 130", async () => {
    const run = onTerminal(asking)
    await run.shows("Resume from it? [Y/n] ")
    run.type("\u0004")
    const { code, out } = await run.ended
    expect(code).toBe(130)
    expect(out).not.toContain("answered")
    expect(out).toMatch(/\r\n$/)
  })

  it("is not asked without a terminal", async () => {
    const { code, out } = await holdfast(asking)
    expect(code).toBe(0)
    expect(out).toContain("nobody to ask")
  })
})
