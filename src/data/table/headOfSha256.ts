/** The first 32 bits of the fractional parts of roots of the first primes, as FIPS 180-4 has its constants. */
const fractions = (count: number, root: (prime: number) => number): Int32Array => {
  const primes: Array<number> = []
  for (let n = 2; primes.length < count; n++)
    if (primes.every((prime) => n % prime > 0)) primes.push(n)
  return Int32Array.from(primes, (prime) => Math.floor((root(prime) % 1) * 2 ** 32))
}
const rounds = fractions(64, Math.cbrt)
const initial = fractions(8, Math.sqrt)
const words = new Int32Array(64)

/** What padding leaves of a block of 64 bytes. */
const mostBytes = 55

/**
 * The first 48 bits of the SHA-256 of some bytes in ASCII; -1 where these are too many for one block, or not in ASCII.
 * For a number of a few digits that takes a third of the time of `node:crypto`, which is called for each row.
 */
export const headOfSha256 = (bytes: Uint8Array, from: number, to: number): number => {
  const length = to - from
  if (length > mostBytes || length === 0) return -1
  words.fill(0, 0, 16)
  for (let i = 0; i < length; i++) {
    const byte = bytes[from + i]!
    if (byte > 127) return -1
    words[i >> 2]! |= byte << (24 - 8 * (i & 3))
  }
  words[length >> 2]! |= 128 << (24 - 8 * (length & 3))
  words[15] = 8 * length
  for (let i = 16; i < 64; i++) {
    const x = words[i - 15]!
    const y = words[i - 2]!
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    words[i] = (words[i - 16]! + s0 + words[i - 7]! + s1) | 0
  }
  let a = initial[0]!
  let b = initial[1]!
  let c = initial[2]!
  let d = initial[3]!
  let e = initial[4]!
  let f = initial[5]!
  let g = initial[6]!
  let h = initial[7]!
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + rounds[i]! + words[i]!) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  return ((a + initial[0]!) >>> 0) * 2 ** 16 + ((b + initial[1]!) >>> 16)
}
