import { describe, expect, it } from "@effect/vitest"
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import "./scratch.js"
import { blobsChain, checkpoints, type Chain } from "../support/abuse.js"
import { damage } from "../support/checkpoints.js"
import { start } from "../support/child.js"

const long = { batch: 20, training: { num_epochs: 1000 } }

/** Has another host hold the lock, as after `--force` there. */
const takeFrom = (chain: Chain) => {
  const lock = join(checkpoints(chain), ".lock")
  const owner = "owner-b.0.json"
  const holder = { host: "pod-b", pid: 7, boot: null, namespace: null, ticks: null, since: "now" }
  // Complete, and there before the other is gone: the run may look at any time.
  writeFileSync(join(chain.folder, owner), JSON.stringify(holder))
  renameSync(join(chain.folder, owner), join(lock, owner))
  for (;;) {
    const others = readdirSync(lock).filter((name) => name !== owner)
    if (others.length === 0) return
    // It may have been renewed in between, and so have another name.
    for (const name of others) rmSync(join(lock, name), { force: true })
  }
}

describe.concurrent("the folder of a run", { timeout: 120_000 }, () => {
  it("that another run uses: exit code 75, and the other continues", async () => {
    const chain = blobsChain(long)
    const first = start(["run", ...chain.args], chain.folder)
    await first.shows("1/1000")
    const second = await start(["run", ...chain.args], chain.folder).ended
    expect(second.code).toBe(75)
    expect(second.err).toMatch(/^error: checkpoints is locked: in use by process \d+ on .*\n$/)
    first.send("SIGTERM")
    expect((await first.ended).code).toBe(143)
  })

  it("that another host has taken over: the run ends at once, with exit code 75", async () => {
    const chain = blobsChain(long)
    const child = start(["run", ...chain.args], chain.folder)
    await child.shows("1/1000")
    takeFrom(chain)
    const before = readdirSync(checkpoints(chain)).length
    const { code, err, out } = await child.ended
    expect({ code, err }).toEqual({
      code: 75,
      err: expect.stringMatching(
        /^error: checkpoints no longer belongs to this run: taken over by process 7 on pod-b.*\n$/
      )
    })
    expect(out).not.toContain("tried again")
    expect(out).not.toContain("stopped by")
    // At most a save in progress.
    expect(readdirSync(checkpoints(chain)).length).toBeLessThanOrEqual(before + 1)
  })

  it("that is removed: made again, and the run saved there as it stops", async () => {
    const chain = blobsChain(long)
    const child = start(["run", ...chain.args], chain.folder)
    await child.shows("1/1000")
    // At once: seen half removed, without its lock, the folder would count as taken over.
    renameSync(checkpoints(chain), `${checkpoints(chain)}-removed`)
    rmSync(`${checkpoints(chain)}-removed`, { recursive: true, maxRetries: 10 })
    child.send("SIGTERM")
    const { code, err, out } = await child.ended
    expect({ code, err }).toEqual({
      code: 143,
      err:
        "warning: checkpoints was removed, renamed or emptied while the run used it: " +
        "it is made again, and the run is saved there\n"
    })
    expect(out).toMatch(/saved checkpoints\/latest_checkpoint\.safetensors/)
    expect(readdirSync(checkpoints(chain))).toContain("latest_checkpoint.safetensors")
    expect(damage(checkpoints(chain))).toEqual([])
  })

  it("by another name, a link: resumed from and left as it is", async () => {
    const chain = blobsChain({ training: { num_epochs: 2, keep_last: 5 } })
    expect((await start(["run", ...chain.args], chain.folder).ended).code).toBe(0)
    symlinkSync(checkpoints(chain), join(chain.folder, "link"))
    const changes = ["checkpoint_dir=link", "num_epochs=3"].flatMap((one) => [
      "--set",
      `training.${one}`
    ])
    const { code, out } = await start(
      ["run", ...chain.args, "--resume", "checkpoints/latest_checkpoint.safetensors", ...changes],
      chain.folder
    ).ended
    expect(code).toBe(0)
    expect(out).toContain("after epoch 2")
    expect(readdirSync(checkpoints(chain))).not.toContain("archive")
    const epochs = readdirSync(checkpoints(chain)).filter((name) => name.startsWith("epoch-"))
    expect(epochs).toHaveLength(3)
  })

  it("that is a link to nowhere: said to be one", async () => {
    const chain = blobsChain({})
    symlinkSync("nowhere", checkpoints(chain))
    const { code, err } = await start(["run", ...chain.args], chain.folder).ended
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining("checkpoints is a link to nowhere, which does not exist")
    })
  })

  it("that is empty and the user's own: stays where the run fails early", async () => {
    const chain = blobsChain({})
    mkdirSync(checkpoints(chain))
    const { code } = await start(["run", ...chain.args, "--resume", "gone"], chain.folder).ended
    expect(code).toBe(1)
    expect(readdirSync(checkpoints(chain))).toEqual([])
  })
})
