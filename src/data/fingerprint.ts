import { createHash } from "node:crypto"

/** A fingerprint whose parts are added one by one. */
export const hashing = () => {
  const hash = createHash("sha256")
  return {
    /** Numbers are added by their bytes, anything else as JSON. */
    add: (part: unknown): void => {
      const bytes = ArrayBuffer.isView(part)
        ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
        : new TextEncoder().encode(JSON.stringify(part))
      // With its length, so that no two lists of parts run together into the same bytes.
      hash.update(`${bytes.length} `).update(bytes)
    },
    /** Adds so many bytes that arrive in parts, as if they were one. */
    addParts: (length: number, parts: Iterable<Int32Array>): void => {
      hash.update(`${length} `)
      for (const part of parts) hash.update(part)
    },
    end: (): string => hash.digest("hex")
  }
}

/**
 * The sha256 of the parts of a dataset: numbers by their bytes, anything else as JSON. Datasets with the
 * same parts in the same order have the same fingerprint.
 */
export const fingerprint = (...parts: ReadonlyArray<unknown>): string => {
  const hash = hashing()
  for (const part of parts) hash.add(part)
  return hash.end()
}
