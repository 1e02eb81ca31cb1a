import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const minutes = process.env["HOLDFAST_SOAK_MINUTES"] ?? "10"
const seed = process.env["HOLDFAST_SEED"] ?? "27111"

it(
  `ends every run as if nobody had killed it, for ${minutes} minutes (HOLDFAST_SEED=${seed})`,
  async () => {
    const args = [
      "tsx",
      "scripts/soak.ts",
      "--kills",
      "1000000",
      "--minutes",
      minutes,
      "--seed",
      seed
    ]
    const child = spawn("npx", args, { cwd: root, stdio: "inherit" })
    expect(await once(child, "exit")).toEqual([0, null])
  },
  Number(minutes) * 60_000 + 600_000
)
