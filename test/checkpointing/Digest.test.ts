import { describe, expect, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import * as Digest from "../../src/checkpointing/format/Digest.js"

const bytes = (length: number) =>
  Buffer.from(Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 251))

// GHASH and GMAC as NIST SP 800-38D writes them down, over plain integers: block times H, the cipher
// of a block of zeros, summed, then the length in bits; masked with the cipher of the first counter.
const reduction = 0xe1n << 120n
const times = (x: bigint, y: bigint): bigint => {
  let product = 0n
  for (let bit = 127n, shifted = y; bit >= 0n; bit--) {
    if ((x >> bit) & 1n) product ^= shifted
    shifted = (shifted >> 1n) ^ (shifted & 1n ? reduction : 0n)
  }
  return product
}
const H = 0x66e94bd4ef8a2c3b884cfa59ca342b2en
const mask = 0x58e2fccefa7e3061367f1d57a4e7455an
const gmac = (data: Buffer): string => {
  const blocks = Array.from({ length: Math.ceil(data.length / 16) }, (_, i) => {
    const block = data.subarray(16 * i, 16 * i + 16).toString("hex")
    return BigInt(`0x${block.padEnd(32, "0")}`)
  })
  const sum = [...blocks, BigInt(data.length * 8) << 64n].reduce(
    (sum, block) => times(sum ^ block, H),
    0n
  )
  return (sum ^ mask).toString(16).padStart(32, "0")
}

const sha256 = (data: Buffer) => createHash("sha256").update(data).digest()
const sha256OfLeaves = (data: Buffer): string => {
  const leaves = Array.from({ length: Math.ceil(data.length / 65536) }, (_, i) =>
    sha256(data.subarray(65536 * i, 65536 * (i + 1)))
  )
  return sha256(Buffer.concat(leaves)).toString("hex")
}

/** The digest of bytes that come in parts of these lengths, again and again. */
const inParts = (version: 1 | 2 | 3, data: Buffer, lengths: ReadonlyArray<number>) => {
  const digest = Digest.ofTensor(version)
  for (let at = 0, part = 0; at < data.length; at += lengths[part++ % lengths.length]!) {
    digest.update(data.subarray(at, at + lengths[part % lengths.length]!))
  }
  return digest.finish()
}

describe.each([0, 1, 15, 16, 17, 4_096, 5_003])("the digest of %i bytes", (length) => {
  it("is the GMAC that NIST SP 800-38D says", () => {
    expect(Digest.ofBytes(bytes(length))).toBe(gmac(bytes(length)))
  })
})

it("is that of the first test case of GCM for a tensor without elements", () => {
  expect(Digest.ofBytes(new Uint8Array())).toBe("58e2fccefa7e3061367f1d57a4e7455a")
})

it("weighs each block with another power: that of a block of zeros generates the field", () => {
  const order = (1n << 128n) - 1n
  const one = 1n << 127n
  const power = (exponent: bigint) => {
    let result = one
    for (let base = H, left = exponent; left > 0n; left >>= 1n, base = times(base, base)) {
      if (left & 1n) result = times(result, base)
    }
    return result
  }
  const primes = [3n, 5n, 17n, 257n, 641n, 65537n, 274177n, 6700417n, 67280421310721n]
  expect(primes.reduce((a, b) => a * b)).toBe(order)
  expect(power(order)).toBe(one)
  expect(primes.filter((prime) => power(order / prime) === one)).toEqual([])
})

describe.each([0, 1, 65_535, 65_536, 65_537, 300_000])("in parts, %i bytes", (length) => {
  it.each<[string, 1 | 2 | 3, (data: Buffer) => string]>([
    ["3", 3, Digest.ofBytes],
    ["2, the sha256 of the sha256s of the leaves", 2, sha256OfLeaves],
    ["1, the sha256", 1, (data) => sha256(data).toString("hex")]
  ])("have the digest of version %s", (_, version, intact) => {
    const data = bytes(length)
    for (const lengths of [[length || 1], [65_536], [1, 16_384, 70_000, 77]]) {
      expect(inParts(version, data, lengths)).toBe(intact(data))
    }
  })
})
