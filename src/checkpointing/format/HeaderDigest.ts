import { createHash } from "node:crypto"

/**
 * The key of `__metadata__` that holds the digest of the header: the sha256, in hexadecimal, of all
 * bytes before the first tensor, with zeros in place of the digest itself.
 */
export const key = "header_digest"

/** Stands for this digest, and that of the summary, until they are known. */
export const placeholder = "0".repeat(64)

// The quotes of a JSON string inside a JSON string are escaped, so this occurs only as a key.
const marker = `"${key}":"`

const positionIn = (header: Buffer): number | undefined => {
  const at = header.indexOf(marker)
  return at === -1 ? undefined : at + marker.length
}

const digestAround = (header: Buffer, at: number): string =>
  createHash("sha256")
    .update(header.subarray(0, at))
    .update(placeholder)
    .update(header.subarray(at + placeholder.length))
    .digest("hex")

const view = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Writes the digest over the placeholder in `bytes`. */
export const seal = (bytes: Uint8Array): void => {
  const header = view(bytes)
  const at = positionIn(header)
  if (at !== undefined) header.write(digestAround(header, at), at, "latin1")
}

/** Whether `bytes` are a header as it was sealed; "absent" if they hold no digest. */
export const check = (bytes: Uint8Array): "whole" | "damaged" | "absent" => {
  const header = view(bytes)
  const at = positionIn(header)
  if (at === undefined) return "absent"
  const digest = header.toString("latin1", at, at + placeholder.length)
  return digest === digestAround(header, at) ? "whole" : "damaged"
}
