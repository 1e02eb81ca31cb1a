import { createCipheriv, createHash } from "node:crypto"
import { formatVersion, type CheckpointMeta } from "../Checkpoint.js"

/** The digest of a tensor, computed as its bytes arrive. */
export interface TensorDigest {
  /** Adds the next bytes, on this thread. */
  readonly update: (bytes: Uint8Array) => void
  /** The digest of all bytes, in hexadecimal. Nothing may follow. */
  readonly finish: () => string
}

/** Stands for the digest of a tensor until it is known. */
export const tensorPlaceholder = "0".repeat(32)

const key = new Uint8Array(16)
const nonce = new Uint8Array(12)

// Not the secrecy of the key detects damage, but that each 16 bytes are weighted with another power of
// a generator of GF(2^128): an error in one block, or two blocks that changed places, cannot cancel
// out, and anything else does so with a probability of 2^-128 for each 16 bytes of the tensor.
const gmac = (): TensorDigest => {
  const cipher = createCipheriv("aes-128-gcm", key, nonce)
  return {
    update: (bytes) => void cipher.setAAD(bytes),
    finish: () => {
      cipher.final()
      return cipher.getAuthTag().toString("hex")
    }
  }
}

const sha256 = (): TensorDigest => {
  const hash = createHash("sha256")
  return {
    update: (bytes) => void hash.update(bytes),
    finish: () => hash.digest("hex")
  }
}

const leafLength = 1 << 16

const sha256OfLeaves = (): TensorDigest => {
  const root = createHash("sha256")
  let leaf = createHash("sha256")
  let length = 0
  const close = () => {
    root.update(leaf.digest())
    leaf = createHash("sha256")
    length = 0
  }
  return {
    update: (bytes) => {
      for (let at = 0; at < bytes.length;) {
        const part = bytes.subarray(at, at + leafLength - length)
        leaf.update(part)
        at += part.length
        length += part.length
        if (length === leafLength) close()
      }
    },
    finish: () => {
      if (length > 0) close()
      return root.digest("hex")
    }
  }
}

const byVersion: Readonly<Record<CheckpointMeta["format_version"], () => TensorDigest>> = {
  1: sha256,
  2: sha256OfLeaves,
  3: gmac,
  4: gmac
}

/**
 * A new digest of a tensor, as a version of the format defines it: GMAC (NIST SP 800-38D) with
 * AES-128, a key of zeros and a nonce of 12 zeros; in version 2 the sha256 of the sha256s of the
 * tensor's 64 KiB leaves; in version 1 its sha256.
 */
export const ofTensor = (version: CheckpointMeta["format_version"] = formatVersion): TensorDigest =>
  byVersion[version]()

/** The digest of a tensor whose bytes are all there. */
export const ofBytes = (bytes: Uint8Array): string => {
  const digest = ofTensor()
  digest.update(bytes)
  return digest.finish()
}

/**
 * The key of `__metadata__` that holds the digest of the header: the sha256, in hexadecimal, of all
 * bytes before the first tensor, with zeros in place of the digest itself.
 */
export const headerKey = "header_digest"

/** Stands for the digest of the header, and of the summary, until they are known. */
export const placeholder = "0".repeat(64)

// The quotes of a JSON string inside a JSON string are escaped, so this occurs only as a key.
const marker = `"${headerKey}":"`

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

const viewOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Writes the digest over the placeholder in the header `bytes`. */
export const sealHeader = (bytes: Uint8Array): void => {
  const header = viewOf(bytes)
  const at = positionIn(header)
  if (at !== undefined) header.write(digestAround(header, at), at, "latin1")
}

/** Whether `bytes` are a header as it was sealed; "absent" if they hold no digest. */
export const checkHeader = (bytes: Uint8Array): "intact" | "damaged" | "absent" => {
  const header = viewOf(bytes)
  const at = positionIn(header)
  if (at === undefined) return "absent"
  const digest = header.toString("latin1", at, at + placeholder.length)
  return digest === digestAround(header, at) ? "intact" : "damaged"
}
