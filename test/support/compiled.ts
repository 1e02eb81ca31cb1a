import { buildSync } from "esbuild"
import { mkdirSync, renameSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

// Inside the package: its files find `holdfast` by that name.
const folder = fileURLToPath(new URL("../../.cache/pipelines", import.meta.url))

/**
 * The pipeline or program `source`, translated to JavaScript: a process that loads it starts in half the
 * time. For tests of what comes after loading.
 */
export const compiled = (source: string): string => {
  const file = join(folder, basename(source).replace(/ts$/, "mjs"))
  const { outputFiles } = buildSync({
    entryPoints: [source],
    bundle: true,
    packages: "external",
    // Not the project's, which has `holdfast` be its sources: a second copy of them.
    tsconfigRaw: {},
    platform: "node",
    format: "esm",
    write: false
  })
  mkdirSync(dirname(file), { recursive: true })
  // Put in place at once: tests in other processes load it.
  writeFileSync(`${file}.${process.pid}`, outputFiles[0]!.contents)
  renameSync(`${file}.${process.pid}`, file)
  return file
}
