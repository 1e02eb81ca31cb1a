// Bundles into dist/bundled/ the parts that Holdfast uses of packages that would otherwise be most of an
// installation: gradients and methods of tensors, which TensorFlow.js registers in a package of every
// browser's bundles; its backends in JavaScript and WebAssembly; and Effect's file system for Node,
// whose package brings servers and clusters. What they share with the rest they import from
// `@tensorflow/tfjs-core`, `effect` and `@effect/platform`, of which a project keeps one copy.
import { build } from "esbuild"
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

const require = createRequire(import.meta.url)
const folder = "dist/bundled"
const wasm = "tfjs-backend-wasm-simd.wasm"

const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"))

/** What bundles share with the project. */
const shared = ["@tensorflow/tfjs-core", "effect/*", "@effect/platform/*"]

/** `names` are its exports with their types; `contents` imports what is bundled. */
const bundle = async (file, { contents, names = {}, from, license, external = shared }) => {
  const version = devDependencies[from] ?? require(`${from}/package.json`).version
  await build({
    stdin: { contents, resolveDir: process.cwd() },
    bundle: true,
    platform: "node",
    format: file.endsWith(".cjs") ? "cjs" : "esm",
    target: "node20",
    ignoreAnnotations: true,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    external,
    banner: { js: `// From ${from} ${version}: ${license}` },
    outfile: join(folder, file)
  })
  const types = Object.entries(names).map(
    ([name, type]) => `export declare const ${name}: ${type}\n`
  )
  writeFileSync(join(folder, file.replace(/(c?)js$/, "d.$1ts")), types.join("") || "export {}\n")
}

const google = "Copyright Google LLC, Apache License 2.0"
const effect = "Copyright Effectful Technologies Inc, MIT License"
const core = "@tensorflow/tfjs-core/dist"

mkdirSync(folder, { recursive: true })
await bundle("tfjs-registrations.js", {
  // Its modules find engine, registries and class of tensors by global names, so that it needs no core.
  contents: `
    import "${core}/register_all_gradients.js"
    import "${core}/public/chained_ops/register_all_chained_ops.js"`,
  from: "@tensorflow/tfjs-core",
  external: [],
  license: google
})
await bundle("tfjs-backend-cpu.cjs", {
  contents: `import "@tensorflow/tfjs-backend-cpu"`,
  from: "@tensorflow/tfjs-backend-cpu",
  license: google
})
await bundle("tfjs-backend-wasm.cjs", {
  contents: `export { setWasmPaths } from "@tensorflow/tfjs-backend-wasm"`,
  names: { setWasmPaths: "(folder: string) => void" },
  from: "@tensorflow/tfjs-backend-wasm",
  license: google
})
copyFileSync(
  join(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")), "../wasm-out", wasm),
  join(folder, wasm)
)
await bundle("node-file-system.js", {
  contents: `export { layer } from "@effect/platform-node/NodeFileSystem"`,
  names: {
    layer: `import("effect/Layer").Layer<import("@effect/platform/FileSystem").FileSystem>`
  },
  from: "@effect/platform-node",
  license: effect
})
