// Bundles the page, with all that it needs, into a folder: node build.mjs [FOLDER, default: page]
// The model goes beside it: npx holdfast export CHECKPOINTS --best -o FOLDER/model
import { build } from "esbuild"
import { copyFileSync, mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const here = dirname(fileURLToPath(import.meta.url))
const folder = process.argv[2] ?? join(here, "page")

mkdirSync(folder, { recursive: true })
await build({
  entryPoints: [join(here, "listen.js")],
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  // TensorFlow.js asks for these only in Node.
  external: [
    "util",
    "crypto",
    "node-fetch",
    "string_decoder",
    "fs",
    "path",
    "worker_threads",
    "perf_hooks",
    "os"
  ],
  outfile: join(folder, "bundle.js")
})
copyFileSync(join(here, "index.html"), join(folder, "index.html"))
