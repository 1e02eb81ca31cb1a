import * as Schema from "effect/Schema"

/**
 * How much of its files a loader looks at to notice that they have changed: "content", every byte at every
 * start; "sampled", size and 4 KiB here and there; "size" alone, where nothing of a file is read.
 */
export const FingerprintMode = Schema.Literal("content", "sampled", "size")
export type FingerprintMode = typeof FingerprintMode.Type
