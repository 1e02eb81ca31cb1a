import { exp, log } from "../../backends/DeterministicMath.js"

/**
 * The standard normal distribution function, to 15 digits (Hart's rational approximation and a continued
 * fraction, as in West, Better approximations to cumulative normal functions, 2005). The same bits on
 * every machine, as all in this module.
 */
export const cdf = (x: number): number => {
  const z = Math.abs(x)
  if (z > 37) return x > 0 ? 1 : 0
  const density = exp((-z * z) / 2)
  const tail =
    z < 7.07106781186547
      ? (density * horner(numerator, z)) / horner(denominator, z)
      : density / (z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))))) / 2.506628274631
  return x > 0 ? 1 - tail : tail
}

/** The probability of the interval from `a` to `b`, also where both are far from 0 on one side. */
export const mass = (a: number, b: number): number => (a > 0 ? cdf(-a) - cdf(-b) : cdf(b) - cdf(a))

/** The x where `cdf` is `p`, from (0, 1), to 9 digits (Acklam's rational approximation). */
export const quantile = (p: number): number => {
  if (p > 0.5) return -quantile(1 - p)
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * log(p))
    return horner(tailNumerator, q) / horner(tailDenominator, q)
  }
  const q = p - 0.5
  return (q * horner(centreNumerator, q * q)) / horner(centreDenominator, q * q)
}

const horner = (coefficients: ReadonlyArray<number>, x: number): number => {
  let sum = 0
  for (const coefficient of coefficients) sum = sum * x + coefficient
  return sum
}

const numerator = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376
]
const denominator = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
  637.333633378831, 793.826512519948, 440.413735824752
]
const centreNumerator = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2,
  -3.066479806614716e1, 2.506628277459239
]
const centreDenominator = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1,
  -1.328068155288572e1, 1
]
const tailNumerator = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783
]
const tailDenominator = [
  7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1
]
