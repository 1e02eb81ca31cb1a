import * as Pty from "@lydell/node-pty"
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type NetworkName, training } from "./networks.js"
import { invite, type Player } from "./turns.js"

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Starts `holdfast run` in a terminal; gives its end. */
const start = (
  network: NetworkName,
  epochs: number,
  folder: string,
  env: Record<string, string>
): Promise<void> => {
  const config = {
    training: {
      ...training,
      checkpoint_dir: join(folder, "checkpoints"),
      num_epochs: epochs
    },
    model: { network },
    data: {}
  }
  writeFileSync(join(folder, "config.json"), JSON.stringify(config))
  const words = ["run", at("pipeline.ts"), "--config", join(folder, "config.json")]
  const command = [at("../../dist/cli/bin.js"), ...words, "--backend", "wasm"]
  const terminal = Pty.spawn(process.execPath, command, { cols: 100, rows: 30, env })
  let output = ""
  terminal.onData((text) => (output += text))
  return new Promise((resolve, reject) =>
    terminal.onExit(({ exitCode }) => (exitCode === 0 ? resolve() : reject(new Error(output))))
  )
}

/** `holdfast run`, and a loop written by hand, on the same network: each trains an epoch when it is its turn. */
export interface Pair {
  readonly holdfast: Player
  readonly byHand: Player
  /** Dismisses both, once Holdfast has trained all its epochs. */
  readonly end: () => Promise<void>
}

/** Starts a pair of processes, which train `epochs` each. */
export const startPair = async (network: NetworkName, epochs: number): Promise<Pair> => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-"))
  const env = (socket: string) =>
    ({ ...process.env, SOCKET: join(folder, socket) }) as Record<string, string>
  let ended: Promise<void>
  const holdfast = await invite(join(folder, "holdfast"), () => {
    ended = start(network, epochs, folder, env("holdfast"))
    // Whoever waits for its turn, or for the end, hears of it.
    ended.catch(() => {})
  })
  const byHand = await invite(join(folder, "hand"), () =>
    execFile(process.execPath, ["--import", "tsx", at("byHand.ts"), network], {
      env: env("hand")
    })
  )
  return {
    holdfast,
    byHand,
    end: async () => {
      holdfast.dismiss()
      byHand.dismiss()
      await ended
      rmSync(folder, { recursive: true })
    }
  }
}
