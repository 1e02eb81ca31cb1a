import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** Files of tests that stay on WebAssembly whatever `HOLDFAST_BACKEND` says, each with why. */
export const onWasm: Readonly<Record<string, string>> = {
  "test/backends/Attention.test.ts": "its kernels",
  "test/backends/BackendProbe.e2e.test.ts":
    "it tries every backend, and breaks a kernel of this one",
  "test/backends/Build.e2e.test.ts": "the bytes that its kernels are built to",
  "test/backends/Internals.test.ts": "the internals of the package that its kernels use",
  "test/backends/MemoryGuard.e2e.test.ts": "the limit of its memory",
  "test/backends/Repeatability.e2e.test.ts": "the digest of the same bits on every processor",
  "test/backends/StartBackend.test.ts": "stand-ins of every backend, by name",
  "test/backends/UnreadSteps.e2e.test.ts": "a stand-in for a device, made of it",
  "test/backends/Updates.test.ts": "its kernels that update weights in one pass",
  "test/backends/WasmKernels.test.ts": "its kernels",
  "test/backends/Winograd.test.ts": "its convolution by Winograd's algorithm",
  "test/backends/Determinism.test.ts": "what each backend promises, by name",
  "test/checkpointing/CheckpointFile.e2e.test.ts": "checkpoints that were made on it",
  "test/cli/Doctor.e2e.test.ts": "results of a backend as a table, by name",
  "test/layers/transformerBlock.test.ts": "the digest of the same bits on every processor",
  "test/project/Init.e2e.test.ts": "projects of their own, without the native package",
  "test/stages/BackendTrial.e2e.test.ts": "the choice among backends, by name",
  "test/training/trainedDigest.ts": "its default; another backend is an argument"
}

const computesOnWasm =
  /(layer|use|each|start)\(\[?"wasm"|\{ backend: "wasm"|HOLDFAST_BACKEND: "wasm"/

/** What is wrong with the list: files that compute on wasm and are not in it, and entries without a file. */
export const faultsOfList = (): ReadonlyArray<string> => {
  const computing = readdirSync("test", { recursive: true, encoding: "utf8" })
    .map((file) => join("test", file))
    .filter((file) => file.endsWith(".test.ts") && !/\/(native|browser)\/|\.browser\./.test(file))
    .filter((file) => computesOnWasm.test(readFileSync(file, "utf8")))
  return [
    ...computing
      .filter((file) => onWasm[file] === undefined)
      .map((file) => `${file} names wasm: use testBackend, or say why in test/native/onWasm.ts`),
    ...Object.keys(onWasm)
      .filter((file) => !existsSync(file))
      .map((file) => `${file} does not exist: remove it from test/native/onWasm.ts`)
  ]
}
