import { describe, expect, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Parent from "../../src/process/Parent.js"
import { bin, javascript, onTerminal, pipeline, start, wait } from "./holdfast.js"

const blockingFile = javascript("blocking")

const blocking = (folder: string, ...more: ReadonlyArray<string>) => [
  "run",
  blockingFile,
  join(folder, "one"),
  join(folder, "two"),
  ...more
]

const folder = (): string => mkdtempSync(join(tmpdir(), "holdfast-"))

const answer = "stopping after this step, then saving; press Ctrl+C again to quit without saving"
const outOfTime = "\nthe 0.2 s of --grace are over: exiting with unfinished work\n"

/** What unshares the pid namespace, where that is allowed: `node` is process 1 there. */
const asProcess1 = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"] as const
const canUnshare = spawnSync(asProcess1[0], [...asProcess1.slice(1), "true"]).status === 0

describe.concurrent("a command whose main thread is blocked", () => {
  it("answers Ctrl+C at once, and quits on the second", async () => {
    const run = onTerminal(blocking(folder()))
    await run.shows("blocking in one")
    run.type("\u0003")
    await run.shows(answer)
    await wait(1000)
    run.type("\u0003")
    const { code, out } = await run.ended
    expect(code).toBe(130)
    expect(out).not.toContain("released")
    expect(out).not.toContain("debugger")
  })

  it("starts nothing new after Ctrl+C", async () => {
    const go = folder()
    const run = onTerminal(blocking(go))
    await run.shows("blocking in one")
    run.type("\u0003")
    await run.shows(answer)
    writeFileSync(join(go, "one"), "")
    const { code, out } = await run.ended
    expect(code).toBe(130)
    expect(out).toContain("released one")
    expect(out).not.toContain("blocking in two")
  })

  it("ends when the grace period after SIGTERM is over", async () => {
    const run = start([bin, ...blocking(folder()), "--grace", "0.2"])
    await run.shows("blocking in one")
    run.kill("SIGTERM")
    const { code, err, out } = await run.ended
    expect({ code, err }).toEqual({ code: 143, err: outOfTime })
    expect(out).not.toContain("released")
  })

  it("ends by SIGKILL while the main thread is in native code", async () => {
    const go = folder()
    const run = start([bin, ...blocking(go, "native"), "--grace", "0.2"])
    await run.shows("blocking in one")
    run.kill("SIGTERM")
    const { code, err } = await run.ended
    writeFileSync(join(go, "one"), "")
    expect({ code, err }).toEqual({ code: 137, err: outOfTime })
  })

  it.skipIf(!canUnshare)("ends as process 1 of a container, which cannot kill itself", async () => {
    const [command, ...flags] = asProcess1
    const run = start([...flags, process.execPath, bin, ...blocking(folder()), "--grace", "0.2"], {
      command
    })
    await run.shows("blocking in one")
    // To process 1, as `docker stop` does: it is the child of unshare.
    run.killChild("SIGTERM")
    const { code, err } = await run.ended
    expect({ code, err }).toEqual({ code: 143, err: outOfTime })
  })
})

describe("a command started by npx", () => {
  // SIGTERM ends the shell too that npx puts between, SIGKILL does not.
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`stops as on SIGTERM when only npx receives ${signal}`, async () => {
      const project = folder()
      const links = join(project, "node_modules", ".bin")
      mkdirSync(links, { recursive: true })
      // Executable, as what npm links to, and the same process then.
      const link = `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`
      writeFileSync(join(links, "holdfast"), link, { mode: 0o755 })
      writeFileSync(join(project, "package.json"), "{}")
      const args = ["holdfast", "run", "--json", pipeline("toy"), "1000000"]
      const run = start(args, { command: "npx", cwd: project })
      await run.shows("StepFinished")
      run.kill(signal)
      // It comes when the orphan, which has the same standard output, has ended too.
      const { err, out } = await run.ended
      expect(err).toContain("npx has ended and does not forward SIGTERM")
      expect(err).toContain("start node_modules/.bin/holdfast")
      expect(out).toContain("flushed")
    })
  }
})

describe("Parent", () => {
  type Chain = ReadonlyArray<readonly [command: string, group?: number]>
  const look = (chain: Chain) => (id: number) => {
    const [command, group = 1] = chain[id] ?? []
    return command === undefined ? null : { parent: id + 1, group, command }
  }
  /** The runner above the first of processes, each the child of the next. */
  const above = (chain: Chain, environment = { npm_command: "exec" }) =>
    Parent.runnerOf({ id: 0, parent: 1, environment }, look(chain))
  const node = "node /p/node_modules/.bin/holdfast run p.ts"

  it.each([
    [
      [[node], ["sh -c holdfast run p.ts"], ["npm exec holdfast run p.ts"]],
      [1, 2]
    ],
    [
      [[node], ["/bin/bash -c tsc && holdfast run p.ts"], ["npm run train      "]],
      [1, 2]
    ],
    [[[node], ["npm exec holdfast run p.ts"]], [1]],
    [[[node], ["node /usr/local/bin/npx holdfast run p.ts"]], [1]],
    [[[node], ["node /usr/lib/node_modules/pnpm/bin/pnpm.cjs exec holdfast"]], [1]],
    // A direct run from a shell that npm has started far above: `nohup holdfast run p.ts &`.
    [[[node], ["bash"], ["code ."], ["sh -c code ."], ["npm run edit"]], null],
    [[[node], ["-bash"], ["sshd: user@pts/0"]], null],
    // Deliberately set free, by setsid in a script of package.json.
    [[[node, 7], ["sh -c setsid holdfast run p.ts &"], ["npm run train"]], null],
    [[[node], ["sh -c npm ci && holdfast run p.ts"], ["cron"]], null],
    [[[node], ["node /srv/npm-mirror/server.js"]], null]
  ] satisfies ReadonlyArray<readonly [Chain, ReadonlyArray<number> | null]>)(
    "finds the runner above %j: %j",
    (chain, expected) => {
      expect(above(chain)).toEqual(expected)
      expect(above(chain, {} as never)).toBe(null)
    }
  )

  it("relies on the environment where processes cannot be inspected", () => {
    expect(above([])).toEqual([1])
    expect(Parent.isGone([1], 1, look([]))).toBe(false)
    expect(Parent.isGone([1], 9, look([]))).toBe(true)
  })

  it("detects that a runner is gone by the shell's new parent", () => {
    const chain: Chain = [[node], ["sh -c holdfast run p.ts"], ["npm exec holdfast run p.ts"]]
    expect(Parent.isGone([1, 2], 1, look(chain))).toBe(false)
    expect(Parent.isGone([1, 5], 1, look(chain))).toBe(true)
    expect(Parent.isGone([1, 2], 9, look(chain))).toBe(true)
  })
})
