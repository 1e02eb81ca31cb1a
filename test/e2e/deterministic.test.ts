import { describe, expect, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import "./scratch.js"
import { type Disturbance, end, endure, undisturbed, violations } from "../support/abuse.js"
import { testBackend } from "../support/backend.js"
import { differences } from "../support/checkpoints.js"
import { speakerChain } from "../support/speakerChain.js"

/** The digest of a network through every kernel, trained in a process of its own. */
const digest = async (threads: string, ...options: ReadonlyArray<string>) => {
  const words = ["--import", "tsx", "test/training/trainedDigest.ts", "tensorflow", ...options]
  const { TF_NUM_INTRAOP_THREADS: _, ...env } = process.env
  const { stderr, stdout } = await promisify(execFile)(process.execPath, words, {
    env: threads === "" ? env : { ...env, TF_NUM_INTRAOP_THREADS: threads }
  })
  expect(stderr).toBe("")
  return stdout.trim()
}

// `npm run test:native` runs them.
describe.skipIf(testBackend !== "tensorflow")("a run on native TensorFlow", () => {
  it("computes the same bits in two processes with as many threads", async () => {
    const [first, second] = await Promise.all([digest("2"), digest("2")])
    expect(second).toBe(first)
  })

  it("computes on one thread with --deterministic, which another process repeats", async () => {
    const [first, second, one] = await Promise.all([
      digest("", "--deterministic"),
      digest("", "--deterministic"),
      digest("1")
    ])
    expect([second, one]).toEqual([first, first])
  })

  it("ends with the same bits through 20 interruptions with --deterministic", async () => {
    const kills: Disturbance = { from: "RunStarted", signals: [[150, "SIGKILL"]] }
    const stops: Disturbance = { from: "RunStarted", signals: [[0, "SIGINT"]] }
    const afterSave: Disturbance = { from: "CheckpointSaved", signals: [[0, "SIGKILL"]] }
    const chain = speakerChain("--deterministic", "--set", "training.num_epochs=12")
    const straight = await undisturbed(
      speakerChain("--deterministic", "--set", "training.num_epochs=12")
    )
    const sessions = await endure(
      chain,
      Array.from({ length: 20 }, (_, i) => (i % 5 === 4 ? afterSave : i % 2 === 0 ? stops : kills))
    )
    expect(violations(sessions)).toEqual([])
    expect(sessions.length).toBe(21)
    expect(differences(end(chain), straight)).toEqual([])
  })
})
