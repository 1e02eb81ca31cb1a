/** Files of tests that stay on WebAssembly whatever `HOLDFAST_BACKEND` says, each with why. */
export const onWasm: Readonly<Record<string, string>> = {
  "test/backends/BackendProbe.e2e.test.ts":
    "it tries every backend, and breaks a kernel of this one",
  "test/backends/Build.e2e.test.ts": "the bytes that its kernels are built to",
  "test/backends/Internals.test.ts": "the internals of the package that its kernels use",
  "test/backends/MemoryGuard.e2e.test.ts": "the limit of its memory",
  "test/backends/Repeatability.e2e.test.ts": "the digest of the same bits on every processor",
  "test/backends/StartBackend.test.ts": "stand-ins of every backend, by name",
  "test/backends/Updates.test.ts": "its kernels that update weights in one pass",
  "test/backends/WasmKernels.test.ts": "its kernels",
  "test/backends/Winograd.test.ts": "its convolution by Winograd's algorithm",
  "test/backends/Determinism.test.ts": "what each backend promises, by name",
  "test/checkpointing/CheckpointFile.e2e.test.ts": "checkpoints that were made on it",
  "test/cli/Doctor.e2e.test.ts": "results of a backend as a table, by name",
  "test/stages/BackendTrial.e2e.test.ts": "the choice among backends, by name",
  "test/training/UnreadSteps.e2e.test.ts": "a stand-in for a device, made of it",
  "test/training/trainedDigest.ts": "its default; another backend is an argument"
}
