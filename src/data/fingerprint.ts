import { createHash } from "node:crypto"

/**
 * The sha256 of the parts of a dataset: numbers by their bytes, anything else as JSON. Datasets with the
 * same parts in the same order have the same fingerprint.
 */
export const fingerprint = (...parts: ReadonlyArray<unknown>): string => {
  const hash = createHash("sha256")
  for (const part of parts) {
    const bytes = ArrayBuffer.isView(part)
      ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
      : new TextEncoder().encode(JSON.stringify(part))
    // With its length, so that no two lists of parts run together into the same bytes.
    hash.update(`${bytes.length} `).update(bytes)
  }
  return hash.digest("hex")
}
