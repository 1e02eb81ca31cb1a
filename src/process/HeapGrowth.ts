import { setFlagsFromString } from "node:v8"

/**
 * Lets V8's heap grow to three times its size after the last full collection, within its limit.
 * Training makes little long-lived garbage, for which V8's default is a tenth: a full collection every
 * 20 steps of a small network.
 */
export const letHeapGrow = (): void => setFlagsFromString("--heap-growing-percent=200")
