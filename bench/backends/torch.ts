import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const venv = fileURLToPath(new URL("../../.cache/peers/bin/python", import.meta.url))

const named = process.env["PEERS_PYTHON"]
const commands = [...(named === undefined ? [] : [named]), venv, "python3", "/usr/bin/python3"]

/** A Python that has PyTorch: PEERS_PYTHON, that of `bench:peers -- --setup`, of the path, or Debian's own. */
export const torchPython = commands.find(
  (command) => spawnSync(command, ["-c", "import torch"]).status === 0
)

/**
 * Which PyTorch that is, and the library that it multiplies matrices with. Fails where that is the reference
 * BLAS: a comparison with it would flatter us.
 */
export const torchLibrary = (): string => {
  if (torchPython === undefined) return "no Python with PyTorch: npm run bench:peers -- --setup"
  const program = fileURLToPath(new URL("blas.py", import.meta.url))
  const { status, stderr, stdout } = spawnSync(torchPython, [program], { encoding: "utf8" })
  if (status !== 0) throw new Error(stderr.trim())
  return stdout.trim()
}
