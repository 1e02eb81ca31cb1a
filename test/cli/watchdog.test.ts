import { describe, expect, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import * as Parent from "../../src/cli/Parent.js"
import { bin, onTerminal, pipeline, start, wait } from "./holdfast.js"

const blocking = (folder: string, ...more: ReadonlyArray<string>) => [
  "run",
  pipeline("blocking"),
  join(folder, "one"),
  join(folder, "two"),
  ...more
]

const folder = (): string => mkdtempSync(join(tmpdir(), "holdfast-"))

const answer = "stopping after this step, then saving; Ctrl+C again quits without saving"
const outOfTime = "\nthe 0.2 s that --grace allows are over: ended with work unfinished\n"

/** What unshares the pid namespace, where that is allowed: `node` is process 1 there. */
const asProcess1 = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"] as const
const canUnshare = spawnSync(asProcess1[0], [...asProcess1.slice(1), "true"]).status === 0

describe.concurrent("a command whose main thread is blocked", { timeout: 120_000 }, () => {
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

  it("begins nothing more after Ctrl+C", async () => {
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

  it("ends when the grace after SIGTERM is over", async () => {
    const run = start([bin, ...blocking(folder()), "--grace", "0.2"])
    await run.shows("blocking in one")
    run.kill("SIGTERM")
    const { code, err, out } = await run.ended
    expect({ code, err }).toEqual({ code: 143, err: outOfTime })
    expect(out).not.toContain("released")
  })

  it("ends by SIGKILL where the main thread is inside of native code", async () => {
    const go = folder()
    const run = start([bin, ...blocking(go, "native"), "--grace", "0.2"])
    await run.shows("blocking in one")
    run.kill("SIGTERM")
    const { code, signal, err } = await run.ended
    writeFileSync(join(go, "one"), "")
    expect({ code, signal, err }).toEqual({ code: null, signal: "SIGKILL", err: outOfTime })
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
  it(
    "stops as by SIGTERM when npx has taken a SIGTERM for itself",
    { timeout: 120_000 },
    async () => {
      const project = folder()
      const links = join(project, "node_modules", ".bin")
      mkdirSync(links, { recursive: true })
      // Executable, as what npm links to, and the same process then.
      const link = `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`
      writeFileSync(join(links, "holdfast"), link, { mode: 0o755 })
      writeFileSync(join(project, "package.json"), "{}")
      const npx = join(dirname(process.execPath), "npx")
      const run = start([npx, "holdfast", "run", "--json", pipeline("toy"), "1000000"], {
        cwd: project
      })
      await run.shows("StepFinished")
      run.kill("SIGTERM")
      // It comes when the orphan, which has the same standard output, has ended too.
      const { err, out } = await run.ended
      expect(err).toContain("npx has ended, and does not pass SIGTERM on")
      expect(err).toContain("run node_modules/.bin/holdfast")
      expect(out).toContain("flushed")
    }
  )
})

describe("Parent.isRunners", () => {
  type Chain = ReadonlyArray<readonly [command: string, group?: number]>
  /** Whether the first of processes, each the child of the next, is the child of a runner. */
  const judged = (chain: Chain, environment = { npm_command: "exec" }) =>
    Parent.isRunners(0, environment, (id) => {
      const [command, group = 1] = chain[id] ?? []
      return command === undefined ? null : { parent: id + 1, group, command }
    })
  const node = "node /p/node_modules/.bin/holdfast run p.ts"

  it.each([
    [[[node], ["sh -c holdfast run p.ts"], ["npm exec holdfast run p.ts"]]],
    [[[node], ["/bin/bash -c tsc && holdfast run p.ts"], ["npm run train      "]]],
    [[[node], ["npm exec holdfast run p.ts"]]],
    [[[node], ["node /usr/local/bin/npx holdfast run p.ts"]]],
    [[[node], ["node /usr/lib/node_modules/pnpm/bin/pnpm.cjs exec holdfast"]]]
  ] satisfies ReadonlyArray<readonly [Chain]>)("is true of %j", (chain) => {
    expect(judged(chain)).toBe(true)
  })

  it.each([
    // A direct run from a shell that npm has started far above: `nohup holdfast run p.ts &`.
    [[[node], ["bash"], ["code ."], ["sh -c code ."], ["npm run edit"]]],
    [[[node], ["-bash"], ["sshd: user@pts/0"]]],
    // Deliberately set free, by setsid in a script of package.json.
    [[[node, 7], ["sh -c setsid holdfast run p.ts &"], ["npm run train"]]],
    [[[node], ["sh -c holdfast run p.ts"], ["cron"]]],
    [[[node], ["node /srv/npm-mirror/server.js"]]]
  ] satisfies ReadonlyArray<readonly [Chain]>)("is false of %j", (chain) => {
    expect(judged(chain)).toBe(false)
  })

  it("goes by the environment where processes cannot be looked at", () => {
    expect(judged([])).toBe(true)
    expect(judged([], {} as never)).toBe(false)
  })
})
