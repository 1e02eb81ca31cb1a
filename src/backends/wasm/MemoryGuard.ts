import type { KernelFunc } from "../../tf.js"
import * as tf from "../../tf.js"
import { t } from "../../language/Text.js"
import { BackendError } from "../BackendError.js"
import { type Memory, WebAssembly } from "./WebAssembly.js"

/** What the backend's loader lets its memory grow to: 4 GiB, less a page. */
export const largest = 4_294_901_760

interface Imports {
  readonly env?: Record<string, unknown>
}

/** What is guarded of the backend. */
interface Guarded {
  readonly wasm: {
    readonly asm: { readonly memory: Memory }
    _malloc: (bytes: number) => number
    readonly _free: (address: number) => void
  }
  move: (...args: ReadonlyArray<never>) => unknown
  readSync: (...args: ReadonlyArray<never>) => unknown
  typedArrayFromHeap: (...args: ReadonlyArray<never>) => unknown
}

let limit = largest
/** To how many bytes the memory could not grow. */
let refused: number | undefined
let fault: BackendError | undefined

/** The error that the memory ran out with; undefined if it has not. */
export const exhaustion = (): BackendError | undefined => fault

/**
 * Starts the backend in `body`, and from then on knows when its memory cannot grow: an allocation
 * inside the module that fails has its kernel compute garbage without a word.
 */
export const watchGrowth = async <A>(body: () => Promise<A>): Promise<A> => {
  const { instantiate } = WebAssembly
  WebAssembly.instantiate = (bytes, imports) => {
    // Others may instantiate modules meanwhile, also without imports.
    const { env } = (imports ?? {}) as Imports
    const grow = env?.["emscripten_resize_heap"] as ((size: number) => boolean) | undefined
    if (grow !== undefined) env!["emscripten_resize_heap"] = growth(grow)
    return instantiate(bytes, imports)
  }
  try {
    return await body()
  } finally {
    WebAssembly.instantiate = instantiate
  }
}

const growth =
  (grow: (size: number) => boolean) =>
  (size: number): boolean => {
    const wanted = size >>> 0
    const grown = wanted <= limit && grow(size)
    if (!grown) refused = wanted
    return grown
  }

/**
 * How many bytes to ask the module for to keep `bytes`. A block is 4 bytes longer than what was asked for:
 * where a tensor of 16 MiB was freed, two of 8 MiB would not fit, and the memory would grow. With blocks of
 * 1 + 1/4096 of their bytes they do.
 */
const blockLength = (bytes: number): number =>
  bytes < 1 << 16 ? bytes : bytes + (bytes >>> 12) - 8

/**
 * Has every allocation that fails throw an "OutOfMemory" before anything is written. From then on
 * the backend neither computes nor gives values: what a step had done by then is incomplete.
 */
export const install = (backend: object): void => {
  const guarded = backend as Guarded
  const { wasm } = guarded
  // The loader puts the module's own function in the place of its first one at the first call.
  wasm._free(wasm._malloc(1))
  const allocate = wasm._malloc
  wasm._malloc = (bytes) => {
    if (fault !== undefined) throw fault
    // The module takes addresses modulo 4 GiB, and would give a block of what remains.
    const length = blockLength(bytes)
    const address = length > limit ? 0 : allocate(length) >>> 0
    if (address === 0 && bytes > 0) throw exhausted(bytes)
    return address
  }
  const { memory } = wasm.asm
  for (const name of ["move", "readSync", "typedArrayFromHeap"] as const) {
    guarded[name] = watched(memory, guarded[name].bind(backend))
  }
  for (const config of tf.getKernelsForBackend("wasm")) {
    tf.unregisterKernel(config.kernelName, "wasm")
    tf.registerKernel({ ...config, kernelFunc: watched(memory, config.kernelFunc) as KernelFunc })
  }
}

/** What calls the module, and fails if an allocation inside did, whatever was made of that. */
const watched =
  <Args extends ReadonlyArray<never>, A>(memory: Memory, call: (...args: Args) => A) =>
  (...args: Args): A => {
    if (fault !== undefined) throw fault
    try {
      const result = call(...args)
      if (refused === undefined) return result
    } catch (error) {
      if (refused === undefined) throw error
    }
    throw exhausted(refused - memory.buffer.byteLength)
  }

const exhausted = (needed: number): BackendError =>
  (fault ??= new BackendError({
    reason: "OutOfMemory",
    subject: "wasm",
    detail: t`take a smaller batch_size or a smaller model, or the backend tensorflow`,
    memory: { needed, inUse: tf.memory().numBytes, limit }
  }))

/** For tests: lets the memory grow to `bytes` only, and the backend be used again after a failure. */
export const limitTo = (bytes: number): void => {
  limit = bytes
  refused = undefined
  fault = undefined
}
