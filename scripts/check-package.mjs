/** Checks the package as npm would publish it: publint for package.json, attw for what its types resolve to. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const folder = mkdtempSync(join(tmpdir(), "holdfast-"))
const inherit = { stdio: "inherit" }
try {
  // Packing does not build again: `npm ci` and `npm test` have.
  const pack = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder]
  const tarball = join(folder, execFileSync("npm", pack, { encoding: "utf8" }).trim())
  execFileSync("npx", ["publint", "run", tarball, "--strict"], inherit)
  execFileSync("npx", ["attw", tarball, "--profile", "esm-only", "--format", "ascii"], inherit)
} finally {
  rmSync(folder, { recursive: true })
}
