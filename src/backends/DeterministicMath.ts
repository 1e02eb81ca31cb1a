/*
 * Elementary functions with the same bits on every machine. Those of `Math` are not: exp, cos and
 * pow of Node 20 give other last bits on ARM than on x86, and pow others again from Node 24 on.
 * Only +, −, ×, ÷ and the bits of numbers are used here, which are exact or rounded in one way.
 */

const words = new DataView(new ArrayBuffer(8))

/** 2 to the power k, for integers k from -1022 to 1023. */
const powerOfTwo = (k: number): number => {
  words.setUint32(0, (k + 1023) << 20)
  words.setUint32(4, 0)
  return words.getFloat64(0)
}

/** The logarithm of 2 in two parts, of which the first has its last 32 bits zero. */
const [ln2High, ln2Low] = [6.9314718036912381649e-1, 1.90821492927058770002e-10]

/** e to the power x; 0 where the result would be below 10^-300, infinite for x above 709. */
export const exp = (x: number): number => {
  if (Number.isNaN(x)) return x
  if (x < -690) return 0
  if (x > 709) return Infinity
  const k = Math.floor(x / ln2High + 0.5)
  const r = x - k * ln2High - k * ln2Low
  // The Taylor series to r^13: |r| is at most ln 2 / 2, so that what is left out is below 2^-56.
  let sum = 1
  for (let n = 13; n > 0; n--) sum = 1 + (sum * r) / n
  return sum * powerOfTwo(k)
}

/** The natural logarithm of a positive number that is not subnormal. */
export const log = (x: number): number => {
  if (!(x > 0 && x < Infinity)) return x === 0 ? -Infinity : x > 0 ? x : Number.NaN
  words.setFloat64(0, x)
  let k = ((words.getUint32(0) >>> 20) & 0x7ff) - 1023
  let m = x / powerOfTwo(k)
  if (m > Math.SQRT2) {
    m /= 2
    k += 1
  }
  // log m = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …), |s| < 0.172.
  const s = (m - 1) / (m + 1)
  const square = s * s
  let sum = 0
  for (let n = 23; n > 1; n -= 2) sum = square * (1 / n + sum)
  return k * ln2High + (2 * s + (2 * s * sum + k * ln2Low))
}

/** The cosine of π times `share`, for shares from 0 to 1. */
export const cosPi = (share: number): number => {
  if (share > 0.5) return -cosPi(1 - share)
  return share > 0.25 ? series(Math.PI * (0.5 - share), 1) : series(Math.PI * share, 0)
}

/** The Taylor series of the sine (`first` 1) or the cosine (`first` 0), for x up to π/4. */
const series = (x: number, first: 0 | 1): number => {
  let sum = 1
  for (let n = first + 18; n > first; n -= 2) sum = 1 - (sum * x * x) / (n * (n - 1))
  return first === 1 ? x * sum : sum
}

/** `base`, from 0 to 10^300, to any positive power. */
export const pow = (base: number, exponent: number): number =>
  exponent === exponent >>> 0 ? power(base, exponent) : base === 0 ? 0 : exp(exponent * log(base))

/** `base` to an integer power n, from 0 to 2³² − 1, by repeated squaring. */
export const power = (base: number, n: number): number => {
  let result = 1
  for (let square = base, rest = n; rest > 0; rest >>>= 1, square *= square) {
    if ((rest & 1) === 1) result *= square
  }
  return result
}
