/**
 * Writes the JSON Schema of a pipeline's configuration.
 *
 * Usage: tsx scripts/config-schema.ts <module> <export> <file>, where <export> is the name of a
 * schema made by `Config.make`.
 */
import { writeFileSync } from "node:fs"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { jsonSchemaText } from "../src/config/JsonSchema.js"

const [module, name, file] = process.argv.slice(2)
if (module === undefined || name === undefined || file === undefined) {
  console.error("usage: config-schema <module> <export> <file>")
  process.exit(2)
}

const exports: unknown = await import(pathToFileURL(resolve(module)).href)
const schema = Predicate.hasProperty(exports, name) ? exports[name] : undefined
if (!Schema.isSchema(schema)) {
  console.error(`${module} exports no schema named ${name}`)
  process.exit(1)
}
writeFileSync(file, jsonSchemaText(schema as Schema.Schema.AnyNoContext))
