import { describe, expect, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import "./scratch.js"
import { onTerminal } from "../cli/holdfast.js"
import { blobsChain, checkpoints, end, undisturbed } from "../support/abuse.js"
import { damage, differences } from "../support/checkpoints.js"
import { eventsIn, start, wait } from "../support/child.js"
import { testBackend } from "../support/backend.js"

// Slow enough that a run is still in progress when a signal comes late.
const settings = { batch: 40 }

describe.concurrent("holdfast run, on a run that trains", () => {
  const straight = undisturbed(blobsChain(settings))

  it("says what it has saved, and the command that continues, which does", async () => {
    const chain = blobsChain(settings)
    const child = start(["run", ...chain.args], chain.folder)
    await child.shows("epoch 2/6")
    child.send("SIGINT")
    const { code, out } = await child.ended
    expect(code).toBe(130)
    const said =
      /stopped by SIGINT (?:after epoch [2-5]|at epoch [3-6], step \d+); saved checkpoints\/.*\.safetensors\nresume with: (.*)\n$/
    expect(out).toMatch(said)
    const command = said.exec(out)![1]!
    const next = await promisify(execFile)("sh", ["-c", command], { cwd: chain.folder })
    expect(next.stdout).toMatch(
      /^resuming from checkpoints\/.*, (after epoch [2-5]|at epoch [3-6])/m
    )
    expect(differences(end(chain), await straight)).toEqual([])
    const over = await start(["run", ...chain.args], chain.folder).ended
    expect(over.out).toContain("already finished after epoch 6")
  })

  it("says that there is nothing to save yet while it loads the data", async () => {
    const chain = blobsChain({ load: 60_000 })
    const child = start(["run", ...chain.args], chain.folder)
    await child.shows("loading")
    child.send("SIGTERM")
    const { code, out } = await child.ended
    expect(code).toBe(143)
    expect(out).toMatch(
      /\nstopped by SIGTERM before training began; nothing to save\nrun it again with: node .* load=60000\n$/
    )
  })

  it("saves before it reports a stage's failure; fixed, continues without a terminal", async () => {
    const chain = blobsChain(settings)
    const failing = start(["run", ...chain.args, "fail=3"], chain.folder)
    const { code, err, out } = await failing.ended
    expect({ code, err }).toEqual({ code: 1, err: "error: no luck in epoch 3\n" })
    expect(out).not.toContain("epoch 3/6")
    const fixed = await start(["run", ...chain.args], chain.folder).ended
    expect(fixed.code).toBe(0)
    // All seven steps were done, and validated: only the stage that failed is due again.
    expect(fixed.out).toMatch(
      /^no terminal to ask on: resuming from checkpoints\/.*, at epoch 3, step 7$/m
    )
    expect(differences(end(chain), await straight)).toEqual([])
  })

  it("quits at once on a second Ctrl+C in a stage that cannot be interrupted", async () => {
    const chain = blobsChain(settings)
    // Longer than any test takes.
    const child = start(["run", ...chain.args, "block=6000000"], chain.folder)
    await child.shows("blocking")
    child.send("SIGINT")
    await child.shows("stopping after this step")
    await wait(1200)
    child.send("SIGINT")
    const { code, err } = await child.ended
    expect({ code, err }).toEqual({
      code: 130,
      err: "\nstopping after this step, then saving; press Ctrl+C again to quit without saving\n"
    })
    expect(damage(checkpoints(chain))).toEqual([])
    const next = await start(["run", ...chain.args], chain.folder).ended
    expect(next.out).toContain(", at epoch 2, step 7\n")
    expect(differences(end(chain), await straight)).toEqual([])
  })

  it("ends a stage that refuses to stop when the seconds after SIGTERM are over", async () => {
    const chain = blobsChain(settings)
    const child = start(["run", ...chain.args, "block=6000000", "--grace", "8"], chain.folder)
    await child.shows("blocking")
    child.send("SIGTERM")
    const { code, err } = await child.ended
    expect({ code, err }).toEqual({
      code: 143,
      err: "\nthe 8 s of --grace are over: exiting with unfinished work\n"
    })
    expect(damage(checkpoints(chain))).toEqual([])
    const next = await start(["run", ...chain.args], chain.folder).ended
    // Right before that stage: what came before it was saved while it continued.
    expect(next.out).toMatch(/^no terminal .*resuming from .*, at epoch 2, step 7$/m)
    expect(differences(end(chain), await straight)).toEqual([])
  })

  it("saves before it releases what a stage holds, however long that takes", async () => {
    const chain = blobsChain(settings)
    const child = start(["run", ...chain.args, "linger=6000000", "--grace", "8"], chain.folder)
    await child.shows("epoch 2/6")
    child.send("SIGTERM")
    // Were it saved after, the end of the grace would come before.
    expect(await child.shows("; saved checkpoints/")).toBe(true)
    const { code, err, out } = await child.ended
    expect(code).toBe(143)
    expect(err).toMatch(/the 8 s of --grace are over/)
    const [, place] = /stopped by SIGTERM ((?:at|after) epoch .*); saved/.exec(out) ?? []
    const next = await start(["run", ...chain.args], chain.folder).ended
    expect(next.out).toContain(`, ${place}\n`)
    expect(differences(end(chain), await straight)).toEqual([])
  })

  it("saves on SIGUSR1 and continues", async () => {
    const chain = blobsChain(settings)
    const child = start(["run", "--json", ...chain.args], chain.folder)
    await child.shows('"epoch":3,"epochs":6,"step":2')
    child.send("SIGUSR1")
    const { code, err, out } = await child.ended
    expect({ code, err }).toEqual({ code: 0, err: "" })
    // All other saves are those at the end of an epoch.
    const asked = eventsIn(out).filter(
      ({ event, position }) =>
        event === "CheckpointSaved" && (position as { readonly step: number }).step > 0
    )
    expect(asked).toEqual([
      expect.objectContaining({ name: "latest", position: { epoch: 2, step: expect.any(Number) } })
    ])
    expect(differences(end(chain), await straight)).toEqual([])
  })

  it("names each damaged checkpoint that it skips in one line", async () => {
    const chain = blobsChain({ training: { num_epochs: 1 } })
    await start(["run", ...chain.args], chain.folder).ended
    const file = join("checkpoints", "epoch-0009-step-000000.safetensors")
    writeFileSync(join(chain.folder, file), "nothing of the kind")
    const more = ["--set", "training.num_epochs=2"]
    const { code, err, out } = await start(["run", ...chain.args, ...more], chain.folder).ended
    expect(code).toBe(0)
    expect(err).toMatch(new RegExp(`^warning: skipped: ${file} .*\\n$`))
    expect(out).toContain("after epoch 1\n")
    expect(out).not.toContain("skipped")
  })

  it("leaves a folder that another machine has locked, but for --force", async () => {
    const chain = blobsChain({})
    const lock = join(checkpoints(chain), ".lock")
    mkdirSync(lock, { recursive: true })
    const holder = {
      host: "elsewhere",
      pid: 1,
      boot: null,
      namespace: null,
      ticks: null,
      since: "2026-01-01T00:00:00.000Z"
    }
    writeFileSync(join(lock, "owner-1.json"), JSON.stringify(holder))
    const refused = await start(["run", ...chain.args], chain.folder).ended
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/ is locked: in use by .*--force/)
    const forced = await start(["run", ...chain.args, "--force"], chain.folder).ended
    expect({ code: forced.code, err: forced.err }).toEqual({ code: 0, err: "" })
    expect(forced.out).toContain("training from scratch")
  })

  it("stops at the key Ctrl+C, asks, and continues at Enter", async () => {
    const chain = blobsChain(settings)
    const terminal = () =>
      onTerminal(["run", ...chain.args], {
        cwd: chain.folder,
        env: { HOLDFAST_BACKEND: testBackend }
      })
    const first = terminal()
    await first.shows("epoch 3/6")
    first.type("\u0003")
    const stopped = await first.ended
    expect(stopped.code).toBe(130)
    expect(stopped.out).toMatch(/stopped by SIGINT (at|after) epoch/)

    const left = terminal()
    await left.shows("Resume from it? [Y/n] ")
    left.type("\u0003")
    const unanswered = await left.ended
    expect(unanswered.code).toBe(130)
    expect(unanswered.out).toContain(
      "\r\nstopped by SIGINT before training began; nothing to save\r\n"
    )

    const second = terminal()
    await second.shows("Found an earlier run: checkpoints/")
    await second.shows("Resume from it? [Y/n] ")
    second.type("\r")
    expect((await second.ended).code).toBe(0)
    expect(differences(end(chain), await straight)).toEqual([])
  })
})
