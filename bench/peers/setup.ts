import { execFileSync, spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { environment } from "./peers.js"

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The oldest and the newest minor version of Python 3 that all the pinned versions have wheels for. */
const [oldest, newest] = [11, 13]

const minorOf = (python: string): number => {
  const { status, stdout } = spawnSync(python, ["-c", "import sys; print(*sys.version_info[:2])"], {
    encoding: "utf8"
  })
  const [major, minor] = status === 0 ? stdout.trim().split(" ").map(Number) : []
  return major === 3 ? minor! : -1
}

const findPython = (): string => {
  const candidates = ["python3", ...[13, 12, 11].map((minor) => `python3.${minor}`)]
  const found = candidates.find((python) => {
    const minor = minorOf(python)
    return minor >= oldest && minor <= newest
  })
  if (found === undefined) {
    throw new Error(`no Python 3.${oldest} to 3.${newest} in the path (${candidates.join(", ")})`)
  }
  return found
}

/**
 * Makes the virtual environment with the pinned versions of `requirements.txt`, all of them, so that pip
 * resolves nothing. PyTorch's package on PyPI needs NVIDIA's libraries to be imported at all, without a
 * GPU too: where it cannot be imported without, they are installed as well.
 */
export const setup = (): void => {
  const run = (command: string, ...args: ReadonlyArray<string>) =>
    execFileSync(command, [...args], { stdio: "inherit" })
  const own = `${environment}/bin/python`
  run(findPython(), "-m", "venv", environment)
  const install = (file: string) =>
    run(own, "-m", "pip", "install", "--no-deps", "--disable-pip-version-check", "-r", at(file))
  install("requirements.txt")
  if (spawnSync(own, ["-c", "import torch"]).status !== 0) install("requirements-cuda.txt")
  run(own, at("../backends/blas.py"))
}
