import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname } from "node:path"

/** A package as a module would import it: which version, and in what folder. */
export interface InstalledPackage {
  readonly version: string
  readonly folder: string
}

/** The package that a module at `from`, a file URL or an absolute path, would import; null: none. */
export const find = (from: string, name: string): InstalledPackage | null => {
  try {
    const path = createRequire(from).resolve(`${name}/package.json`)
    const { version } = JSON.parse(readFileSync(path, "utf8")) as { readonly version: string }
    return { version, folder: dirname(path) }
  } catch {
    return null
  }
}
