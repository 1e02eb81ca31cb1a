import { hash, webcrypto } from "node:crypto"

/**
 * The digest of a tensor: the sha256 of the sha256s of its leaves, which are its bytes, 64 KiB at a
 * time, so that several threads can hash them.
 */
export const leafLength = 1 << 16

const sumLength = 32

/** The sha256s of the leaves of a tensor of so many bytes, to be filled in in any order. */
export const make = (length: number): Uint8Array =>
  new Uint8Array(sumLength * Math.ceil(length / leafLength))

const leafAt = (bytes: Uint8Array, at: number) => bytes.subarray(at, at + leafLength)
const sumAt = (at: number) => (sumLength * at) / leafLength

/** Hashes the leaf of `bytes` at `at` on another thread. It is copied at once: they may change after. */
export const hashElsewhere = async (
  sums: Uint8Array,
  bytes: Uint8Array,
  at: number
): Promise<void> => {
  const sum = await webcrypto.subtle.digest("SHA-256", leafAt(bytes, at))
  sums.set(new Uint8Array(sum), sumAt(at))
}

/** Hashes the leaf of `bytes` at `at` on this thread. */
export const hashHere = (sums: Uint8Array, bytes: Uint8Array, at: number): void => {
  // As text: a buffer for each would be the garbage collector's.
  const sum = hash("sha256", leafAt(bytes, at), "binary")
  Buffer.from(sums.buffer).write(sum, sumAt(at), "binary")
}

/** The digest, in hexadecimal, once all leaves are hashed. */
export const ofLeaves = (sums: Uint8Array): string => hash("sha256", sums, "hex")

/** The digest of a tensor, in hexadecimal. */
export const of = (bytes: Uint8Array): string => {
  const sums = make(bytes.length)
  for (let at = 0; at < bytes.length; at += leafLength) hashHere(sums, bytes, at)
  return ofLeaves(sums)
}
