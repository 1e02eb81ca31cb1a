import { describe, expect, it } from "@effect/vitest"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bin, start } from "../cli/holdfast.js"
import { compiled } from "../support/compiled.js"
import { read } from "../support/checkpoints.js"

const blobs = fileURLToPath(new URL("../support/pipelines/blobs.ts", import.meta.url))

const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await new Promise((done) => setTimeout(done, 10))
}

describe("holdfast sweep", () => {
  it("is killed, and ends the trial with the bits of one that nobody has disturbed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-sweep-"))
    const training = { num_epochs: 16, batch_size: 16, seed: 3, save_interval: 1 }
    writeFileSync(join(folder, "config.json"), JSON.stringify({ training, model: {}, data: {} }))
    const sweep = {
      name: "twins",
      pipeline: compiled(blobs),
      config: "config.json",
      // Both trials have the same values, so each is what the other has to be.
      space: { "training.learning_rate": { kind: "choice", choices: [0.01] } },
      trials: 2,
      parallel: 1
    }
    writeFileSync(join(folder, "sweep.json"), JSON.stringify(sweep))
    const run = () => start([bin, "sweep", "sweep.json", "--workers", "1"], { cwd: folder })
    const trial = (number: number) => join(folder, `checkpoints/twins/trial-000${number}`)
    const log = (number: number) => join(trial(number), "events.ndjson")
    const epochs = (number: number) =>
      existsSync(log(number))
        ? readFileSync(log(number), "utf8").split(`"event":"EpochFinished"`).length - 1
        : 0

    const killed = run()
    await until(() => epochs(0) > 1)
    killed.kill("SIGKILL")
    expect((await killed.ended).code).toBe(137)
    const resumed = await run().ended
    expect(resumed).toMatchObject({ code: 0, err: "" })

    const resumptions = (number: number) =>
      readFileSync(log(number), "utf8").split(`"from":{"global_step":`).length - 1
    expect([0, 1].map(resumptions)).toEqual([1, 0])
    const outcomes = readFileSync(join(folder, "checkpoints/twins/outcomes.ndjson"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly values: unknown })
    expect(outcomes.length).toBe(2)
    expect(outcomes[0]!.values).toEqual(outcomes[1]!.values)
    const [first, second] = [0, 1].map(
      (number) => read(join(trial(number), "latest_checkpoint.safetensors")).tensors
    )
    expect(first).toEqual(second)
    rmSync(folder, { recursive: true })
  }, 240_000)
})
