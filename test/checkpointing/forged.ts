import { createHash } from "node:crypto"

const hex = 64
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

const after = (bytes: Buffer, key: string) => bytes.indexOf(`"${key}":"`) + `"${key}":"`.length

/** Where the part of a header begins that only a load looks at. */
export const behindSummary = (bytes: Uint8Array) =>
  after(Buffer.from(bytes), "summary_digest") + hex + 1

/**
 * A checkpoint's file with something else in its header, and the digests of the summary and of the
 * header as they should be then: what only a mistake, or somebody who means it, can make.
 */
export const forged = (file: Uint8Array, change: (bytes: Buffer) => void): Buffer =>
  sealed(file, (bytes) => {
    change(bytes)
    const at = after(bytes, "summary_digest")
    bytes.write(sha256(bytes.subarray(0, at)), at, "latin1")
  })

/** The same, with the digest of the header alone as it should be. */
export const sealed = (file: Uint8Array, change: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.from(file)
  change(bytes)
  const at = after(bytes, "header_digest")
  bytes.write("0".repeat(hex), at, "latin1")
  const header = bytes.subarray(0, 8 + Number(bytes.readBigUInt64LE(0)))
  bytes.write(sha256(header), at, "latin1")
  return bytes
}

/** Writes `to` over the first `from`, which is as long. */
export const replace =
  (from: string, to: string) =>
  (bytes: Buffer): void => {
    bytes.write(to, bytes.indexOf(from), "latin1")
  }
