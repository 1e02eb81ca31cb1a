/**
 * Runs TensorFlow.js' own tests on our backends, with all patches, and compares with the failures that
 * `expected.json` lists, each with why.
 *
 *   npm run test:tfjs [-- --backend wasm] [--layers PATH]
 *
 * The tests of its core come with its package. Those of its layers are in its repository alone: PATH is
 * a checkout of https://github.com/tensorflow/tfjs, whose layers are then tested, not the package's.
 * Exits with 1 on a failure that is not expected, and on an expected one that passes.
 */
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { parseArgs, promisify } from "node:util"
import { build, type Plugin } from "esbuild"
import expected from "./expected.json" with { type: "json" }
import { type Expected, type Result, surprises } from "./Result.js"

const usage = "usage: npm run test:tfjs [-- --backend NAME] [--layers PATH]"

const fail = (why: string): never => {
  console.error(`${why}\n${usage}`)
  process.exit(2)
}

const parse = () => {
  try {
    return parseArgs({
      options: { backend: { type: "string", multiple: true }, layers: { type: "string" } }
    }).values
  } catch (error) {
    return fail((error as Error).message)
  }
}

const values = parse()
const layers = values.layers === undefined ? undefined : resolve(values.layers, "tfjs-layers/src")
if (layers !== undefined && !existsSync(layers)) {
  fail(
    `--layers ${values.layers}: no checkout of https://github.com/tensorflow/tfjs, it lacks ${layers}`
  )
}
const backends = values.backend ?? ["wasm", "cpu"]

// Three folders deep, as the sources are, for the kernels are found from where the code is.
const folder = ".cache/tfjs"

/** The functions that make layers cannot be replaced in a bundle; those patches refuse or add an option. */
const withoutFactories: Plugin = {
  name: "without factories",
  setup: ({ onLoad }) =>
    onLoad({ filter: /(ActivityRegularizer|ResetAfter)\.ts$/ }, () => ({
      contents: "export const patch = () => {}"
    }))
}

/** A checkout has no version until it is released: it counts as the one that Holdfast patches. */
const asReleased: Plugin = {
  name: "as released",
  setup: ({ onLoad }) =>
    onLoad({ filter: /tfjs-layers\/src\/version\.ts$/ }, () => ({
      contents: `export { version_core as version } from "@tensorflow/tfjs-core"`,
      resolveDir: process.cwd()
    }))
}

/** They are bundled as scripts of old, whose classes cannot extend those of the modules tested here. */
const backendsAsModules: Plugin = {
  name: "backends as modules",
  setup: ({ onResolve }) =>
    onResolve({ filter: /bundled\/tfjs-backend-(cpu|wasm)\.cjs$/ }, ({ path }) => ({
      path: resolve(`node_modules/@tensorflow/${/tfjs-backend-\w+/.exec(path)![0]}/dist/index.js`)
    }))
}

/** Bundles tests, by name, with one instance of TensorFlow.js between them and Holdfast. */
const bundle = async (
  suite: string,
  tests: ReadonlyMap<string, string>,
  alias: Record<string, string> = {}
): Promise<string> => {
  const output = `${folder}/${suite}`
  rmSync(output, { recursive: true, force: true })
  mkdirSync(output, { recursive: true })
  // Some of what is bundled looks for it two folders above, where it lies for the sources.
  if (!existsSync(".cache/dist")) symlinkSync("../dist", ".cache/dist")
  const loaders = [...tests].map(
    ([name, path]) => `${JSON.stringify(name)}: () => import(${JSON.stringify(path)})`
  )
  const contents = `
    import ${JSON.stringify(resolve("test/tfjs/boot.ts"))}
    import { execute } from ${JSON.stringify(resolve("test/tfjs/execute.ts"))}
    const [, , name, report] = process.argv
    await {${loaders.join(",\n")}}[name]()
    await execute(report)`
  const outfile = `${output}/tests.mjs`
  await build({
    stdin: { contents, resolveDir: process.cwd() },
    outfile,
    bundle: true,
    keepNames: true,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    // The tests import modules for what they do.
    ignoreAnnotations: true,
    external: [
      "jasmine-core",
      "webgpu",
      "@tensorflow/tfjs-backend-webgpu",
      "@tensorflow/tfjs-node*"
    ],
    alias: { "@tensorflow/tfjs-core": resolve("node_modules/@tensorflow/tfjs-core"), ...alias },
    banner: {
      js: [
        `import { createRequire as requireFrom } from "node:module"`,
        "const require = requireFrom(import.meta.url), __dirname = import.meta.dirname"
      ].join("\n")
    },
    plugins: [withoutFactories, asReleased, backendsAsModules],
    logLevel: "error"
  })
  return outfile
}

/** Runs the tests of a name in a separate process: one that aborts the backend fails no others. */
const run = async (
  program: string,
  name: string,
  backend: string,
  ending: ReadonlyArray<string>
): Promise<ReadonlyArray<Result>> => {
  const report = `${dirname(program)}/${name}.${backend}.json`
  const options = {
    env: { ...process.env, HOLDFAST_BACKEND: backend, TFJS_ENDING: JSON.stringify(ending) },
    maxBuffer: 2 ** 28
  }
  try {
    await promisify(execFile)(process.execPath, [program, name, report], options)
    return JSON.parse(readFileSync(report, "utf8")) as ReadonlyArray<Result>
  } catch (error) {
    const { stderr = "", message } = error as Error & { readonly stderr?: string }
    const last = existsSync(`${report}.last`) ? readFileSync(`${report}.last`, "utf8") : "no test"
    const said = stderr.slice(-2000) || message
    throw new Error(`${name} does not run on ${backend}: it ended in "${last}": ${said}`, {
      cause: error
    })
  }
}

let surprised = false

const check = async (
  suite: keyof typeof expected,
  tests: ReadonlyMap<string, string>,
  alias?: Record<string, string>
) => {
  const program = await bundle(suite, tests, alias)
  for (const backend of backends) {
    const results: Array<Result> = []
    const ending = (expected[suite] as ReadonlyArray<Expected>).flatMap(
      ({ backends, ends, tests }) => (ends === true && backends.includes(backend) ? tests : [])
    )
    for (const name of tests.keys()) results.push(...(await run(program, name, backend, ending)))
    const count = (status: Result["status"]) =>
      results.filter((result) => result.status === status).length.toLocaleString("en-US")
    const found = surprises(results, expected[suite], backend)
    console.log(
      `${suite} on ${backend}: ${results.length.toLocaleString("en-US")} tests, ` +
        `${count("passed")} passed, ${count("failed")} failed, ${count("pending")} pending; ` +
        (found.length === 0 ? "as expected" : `${found.length} not as expected:`)
    )
    for (const line of found) console.log(`  ${line}`)
    surprised ||= found.length > 0
  }
}

await check("core", new Map([["core", "@tensorflow/tfjs-core/dist/tests.js"]]))
if (layers !== undefined) {
  const files = readdirSync(layers, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith("_test.ts"))
    .sort()
  const tests = new Map(files.map((file) => [file.replaceAll(/[/\\]/g, "."), join(layers, file)]))
  await check("layers", tests, { "@tensorflow/tfjs-layers": join(layers, "index.ts") })
}
process.exitCode = surprised ? 1 : 0
