#!/usr/bin/env node
// `npm create holdfast my-project -- --template mnist`: `holdfast init` of the Holdfast that this package depends on.
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"

const file = createRequire(import.meta.url).resolve("holdfast/package.json")
const { bin } = JSON.parse(readFileSync(file, "utf8"))
process.argv.splice(2, 0, "init")
await import(pathToFileURL(join(dirname(file), bin.holdfast)).href)
