import { createCipheriv, createHash } from "node:crypto"
import { formatVersion, type CheckpointMeta } from "../Checkpoint.js"

/** The digest of a tensor, computed as its bytes come. */
export interface TensorDigest {
  /** Takes the bytes that come next, on this thread. */
  readonly update: (bytes: Uint8Array) => void
  /** The digest of all, in hexadecimal. Nothing may follow. */
  readonly finish: () => string
}

/** Stands for a digest until that is known. */
export const placeholder = "0".repeat(32)

const key = new Uint8Array(16)
const nonce = new Uint8Array(12)

// It is no secret that finds damage, but that each 16 bytes count with another power of a generator
// of GF(2^128): what is wrong in one of them, or two that changed places, cannot cancel out, and
// anything else does so with a chance of 1 in 2^128 for each 16 bytes of the tensor.
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
 * A new digest, as a version of the format has it: GMAC (NIST SP 800-38D) with AES-128, a key of
 * zeros and a nonce of 12 zeros; in version 2 the sha256 of the sha256s of the tensor's 64 KiB
 * leaves; in version 1 its sha256.
 */
export const make = (version: CheckpointMeta["format_version"] = formatVersion): TensorDigest =>
  byVersion[version]()

/** The digest of bytes that are all there. */
export const of = (bytes: Uint8Array): string => {
  const digest = make()
  digest.update(bytes)
  return digest.finish()
}
