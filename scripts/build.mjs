// Builds dist/ when a source is newer than it. `npm ci` and the first `npx holdfast` both come here,
// and the second must not take the time of the first.
import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from "node:fs"

const stamp = "dist/.built"
const inputs = [
  "src",
  "pipelines",
  "examples",
  "templates",
  "config.json",
  "scripts/templates.ts",
  "scripts/bundle.mjs",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.build.json"
]

const newest = (path) =>
  statSync(path).isDirectory()
    ? Math.max(...readdirSync(path).map((name) => newest(`${path}/${name}`)))
    : statSync(path).mtimeMs

if (!existsSync(stamp) || statSync(stamp).mtimeMs < Math.max(...inputs.map(newest))) {
  for (const script of [
    "build:kernels",
    "build:bundles",
    "build:modules",
    "build:page",
    "build:templates"
  ]) {
    // On Windows npm is a script, which only a shell runs.
    execFileSync("npm", ["run", "--silent", script], {
      stdio: "inherit",
      shell: process.platform === "win32"
    })
  }
  // npx makes it so only the first time that it sees this folder.
  chmodSync("dist/cli/bin.js", 0o755)
  writeFileSync(stamp, "")
}
