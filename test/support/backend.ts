import { type BackendName, isBackendName } from "../../src/backends/BackendName.js"

const named = process.env["HOLDFAST_BACKEND"] || "wasm"

/**
 * The backend that tests compute on: `HOLDFAST_BACKEND`, by default "wasm". Tests of the WebAssembly
 * backend itself name it, and stay on it: test/native/onWasm.ts lists them.
 */
export const testBackend: BackendName = isBackendName(named) ? named : "wasm"

/** The same, and plain JavaScript beside it. */
export const testBackends: ReadonlyArray<BackendName> = [...new Set([testBackend, "cpu"] as const)]
