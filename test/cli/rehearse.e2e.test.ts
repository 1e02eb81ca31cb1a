import { mkdtempSync, readdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import { bin, start } from "./holdfast.js"

const example = fileURLToPath(
  new URL("../../examples/imbalanced-classes/pipeline.ts", import.meta.url)
)

describe("commands that only look at a run", () => {
  it.concurrent("write nothing, and print a summary, JSON, or what is wrong", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "holdfast-rehearse-"))
    const run = (...words: ReadonlyArray<string>) => start([bin, ...words], { cwd }).ended
    const [rate, dry, overfit, plot, planned] = await Promise.all([
      run("find-lr", example, "--json"),
      run("run", example, "--dry-run"),
      run("run", example, "--overfit", "0"),
      run("plot-schedule", example, "--set", "training.scheduler=linear"),
      run("plot-schedule", example, "--steps-per-epoch", "7", "--json")
    ])
    expect(rate.err).toBe("")
    const { suggestion, tried } = JSON.parse(rate.out) as Record<string, unknown>
    expect(suggestion).toBeGreaterThan(1e-5)
    expect((tried as ReadonlyArray<unknown>).length).toBeGreaterThan(50)
    expect(dry.out).toContain("and resumed after step 1")
    expect(dry.out).toContain("120: 20 epochs of 6")
    expect(dry.code).toBe(0)
    expect(overfit.code).toBe(2)
    expect(overfit.err).toContain("--overfit is 0; give an integer of at least 1")
    expect(plot.out).toContain("learning rate by epoch: linear, 20 epochs of 6 steps\n")
    expect(plot.out).toMatch(/last +\S+ +epoch 20, step 6\n$/)
    expect(JSON.parse(planned.out)).toMatchObject({ epochs: 20, steps_per_epoch: 7 })
    expect(readdirSync(cwd)).toEqual([])
  })
})
