#!/usr/bin/env node
// Builds the native backend of TensorFlow.js where its own installation cannot download one: takes the
// libraries of TensorFlow from its Python package, compiles the binding that @tensorflow/tfjs-node
// brings as source against them, and puts both where that package looks.
//
//   npm run native:build                             in this repository
//   node node_modules/holdfast/scripts/native-build.mjs [--gpu]      in a project
import { execFileSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync
} from "node:fs"
import { createRequire } from "node:module"
import { homedir } from "node:os"
import { dirname, join, resolve } from "node:path"

/** Of the packages that this is tested with. */
const versions = { binding: "4.22.0", tensorflow: "2.18.1", headers: "1.9.0" }

const usage = `Usage: node native-build.mjs [--gpu] [--cache FOLDER]

Builds native TensorFlow for the project in this folder. Needs python3 with pip, a C++ compiler, and
1.5 GB on the disk; reaches the npm registry and PyPI.

  --gpu           the libraries that compute on NVIDIA's processors, where CUDA is installed
  --cache FOLDER  keeps downloads there, by default ~/.cache/holdfast
  --help          this help`

/** The wheels that have the libraries, by platform. */
const wheels = {
  "linux x64": { platform: "manylinux2014_x86_64", library: (name) => `lib${name}.so.2` },
  "linux arm64": { platform: "manylinux2014_aarch64", library: (name) => `lib${name}.so.2` },
  "darwin arm64": { platform: "macosx_12_0_arm64", library: (name) => `lib${name}.2.dylib` }
}

const fail = (message) => {
  console.error(`error: ${message}`)
  process.exit(1)
}

const run = (command, args, why) => {
  try {
    return execFileSync(command, args, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" })
  } catch (error) {
    return fail(`${why}\n${error.stderr || error.message}`)
  }
}

const argv = process.argv.slice(2)
if (argv.includes("--help")) {
  console.log(usage)
  process.exit(0)
}
const gpu = argv.includes("--gpu")
const at = argv.indexOf("--cache")
const cache = resolve(
  at === -1 ? join(homedir(), ".cache/holdfast") : (argv[at + 1] ?? fail("--cache needs a folder"))
)
const unknown = argv.find((word, i) => !["--gpu", "--cache"].includes(word) && i !== at + 1)
if (unknown !== undefined) fail(`unknown option ${unknown}\n${usage}`)

const here = `${process.platform} ${process.arch}`
const wheel =
  wheels[here] ??
  fail(`TensorFlow publishes no libraries for ${here}; those are ${Object.keys(wheels).join(", ")}`)

/** The folder of the package whose binding is missing; installs the package if there is none. */
const bindingFolder = () => {
  const require = createRequire(resolve("package.json"))
  const names = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"]
  for (const name of names) {
    try {
      return dirname(require.resolve(`${name}/package.json`))
    } catch {
      // Not this one.
    }
  }
  const name = `@tensorflow/tfjs-node@${versions.binding}`
  console.log(`installing ${name}, without its own download`)
  run("npm", ["install", "--no-save", "--ignore-scripts", name], `npm cannot install ${name}`)
  return dirname(
    createRequire(resolve("package.json")).resolve("@tensorflow/tfjs-node/package.json")
  )
}

const pack = (name, version) => {
  const folder = join(cache, `${name}-${version}`)
  if (existsSync(folder)) return folder
  const partial = `${folder}.partial`
  mkdirSync(partial, { recursive: true })
  run(
    "npm",
    ["pack", `${name}@${version}`, "--pack-destination", partial],
    `npm cannot fetch ${name}`
  )
  const [file] = readdirSync(partial).filter((one) => one.endsWith(".tgz"))
  run("tar", ["xzf", join(partial, file), "-C", partial], `${file} cannot be unpacked`)
  renameSync(partial, folder)
  return folder
}

/** The unpacked libraries and headers of TensorFlow. */
const tensorflow = () => {
  const name =
    gpu || process.platform === "darwin" || process.arch !== "x64" ? "tensorflow" : "tensorflow-cpu"
  const folder = join(cache, `${name}-${versions.tensorflow}`)
  if (existsSync(join(folder, "complete"))) return join(folder, "tensorflow")
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  console.log(`downloading ${name} ${versions.tensorflow} for ${here}`)
  run(
    "python3",
    ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--python-version", "3.11",
      "--implementation", "cp", "--abi", "cp311", "--platform", wheel.platform, "--dest", folder,
      `${name}==${versions.tensorflow}`],
    "pip cannot download TensorFlow; python3 with pip is required, and PyPI must be within reach"
  ) // prettier-ignore
  const [file] = readdirSync(folder).filter((one) => one.endsWith(".whl"))
  const unpack = `
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
libraries = ["tensorflow/" + name for name in sys.argv[3:]]
for name in wheel.namelist():
    if name in libraries or name.startswith("tensorflow/include/"):
        wheel.extract(name, sys.argv[2])
open(sys.argv[2] + "/complete", "w").close()`
  const libraries = ["tensorflow_cc", "tensorflow_framework"].map(wheel.library)
  run(
    "python3",
    ["-c", unpack, join(folder, file), folder, ...libraries],
    `${file} cannot be unpacked`
  )
  rmSync(join(folder, file))
  return join(folder, "tensorflow")
}

const compile = (target, source, headers) => {
  const output = join(target, "lib/napi-v8/tfjs_binding.node")
  const libraries = join(target, "deps/lib")
  mkdirSync(dirname(output), { recursive: true })
  mkdirSync(libraries, { recursive: true })
  for (const name of ["tensorflow_cc", "tensorflow_framework"]) {
    const file = join(libraries, wheel.library(name))
    rmSync(file, { force: true })
    cpSync(join(source, wheel.library(name)), file)
  }
  // The name by which the binding's own build file links it.
  const alias = join(libraries, wheel.library("tensorflow"))
  rmSync(alias, { force: true })
  symlinkSync(wheel.library("tensorflow_cc"), alias)
  // A new file, not written into a file that may be linked from elsewhere.
  rmSync(output, { force: true })
  const origin = process.platform === "darwin" ? "@loader_path" : "$ORIGIN"
  run(
    process.env.CXX ?? "c++",
    ["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8", "-w",
      ...(process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : []),
      `-I${headers}`, `-I${join(source, "include")}`, `-I${target}`,
      join(target, "binding/tfjs_backend.cc"), join(target, "binding/tfjs_binding.cc"),
      "-o", output, join(libraries, wheel.library("tensorflow_cc")),
      join(libraries, wheel.library("tensorflow_framework")), `-Wl,-rpath,${origin}/../../deps/lib`],
    "the binding does not compile; a C++ compiler is required (CXX names another than c++)"
  ) // prettier-ignore
}

const target = bindingFolder()
const headers = join(pack("node-api-headers", versions.headers), "package/include")
const source = tensorflow()
console.log(`compiling the binding in ${target}`)
compile(target, source, headers)

const probe = `
  require("node:util").isNullOrUndefined ??= (value) => value == null
  const tf = require(${JSON.stringify(target)})
  if (tf.getBackend() !== "tensorflow" || tf.add(2, 2).dataSync()[0] !== 4) process.exit(1)`
run(process.execPath, ["-e", probe], "the binding is built, and does not work")
console.log(
  "native TensorFlow works here: holdfast run computes on it, holdfast doctor shows how fast"
)
