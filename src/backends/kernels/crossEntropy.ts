import { loadFloat, storeFloat } from "./lanes"

// Softmax cross-entropy of labels [B] and logits [B, C]. `exp` and `log` are those of
// ../DeterministicMath.ts, to the bit.

const LN2_HIGH: f64 = 6.9314718036912381649e-1, LN2_LOW: f64 = 1.90821492927058770002e-10

/** 2 to the power k, for integers k from -1022 to 1023. */
// @ts-ignore: decorator
@inline function powerOfTwo(k: f64): f64 {
  return reinterpret<f64>(<i64>(k + 1023) << 52)
}

function exp(x: f64): f64 {
  if (x != x) return x
  if (x < -690) return 0
  if (x > 709) return Infinity
  const k = floor(x / LN2_HIGH + 0.5)
  const r = x - k * LN2_HIGH - k * LN2_LOW
  let sum: f64 = 1
  for (let n: f64 = 13; n > 0; n--) sum = 1 + (sum * r) / n
  return sum * powerOfTwo(k)
}

function log(x: f64): f64 {
  if (!(x > 0 && x < Infinity)) return x == 0 ? -Infinity : x > 0 ? x : NaN
  let k = <f64>(<i64>((reinterpret<u64>(x) >> 52) & 0x7ff) - 1023)
  let m = x / powerOfTwo(k)
  if (m > 1.4142135623730951) {
    m /= 2
    k += 1
  }
  const s = (m - 1) / (m + 1), square = s * s
  let sum: f64 = 0
  for (let n: f64 = 23; n > 1; n -= 2) sum = square * (1 / n + sum)
  return k * LN2_HIGH + (2 * s + (2 * s * sum + k * LN2_LOW))
}

/** The mean of −log softmax(x)[label] and the probabilities [B, C]. `powers` is 8 C bytes of scratch memory. */
export function crossEntropy(
  x: usize, labels: usize, loss: usize, probabilities: usize, B: i32, C: i32, powers: usize
): void {
  const row = <usize>C << 2
  let sum: f64 = 0
  for (let b = 0; b < B; b++) {
    let largest: f64 = -Infinity, total: f64 = 0
    for (let o: usize = 0; o < row; o += 4) largest = max(largest, <f64>loadFloat(x + o))
    for (let o: usize = 0; o < row; o += 4) {
      const power = exp(<f64>loadFloat(x + o) - largest)
      f64.store(powers + 2 * o, power)
      total += power
    }
    for (let o: usize = 0; o < row; o += 4) {
      storeFloat(probabilities + o, <f32>(f64.load(powers + 2 * o) / total))
    }
    sum += log(total) + largest - <f64>loadFloat(x + (<usize>i32.load(labels) << 2))
    x += row
    probabilities += row
    labels += 4
  }
  storeFloat(loss, <f32>(sum / <f64>B))
}

/** The gradient by the logits, by that of the loss. */
export function crossEntropyGradient(
  dLoss: usize, labels: usize, probabilities: usize, out: usize, B: i32, C: i32
): void {
  const row = <usize>C << 2, share = <f64>loadFloat(dLoss) / <f64>B
  for (let b = 0; b < B; b++) {
    for (let o: usize = 0; o < row; o += 4) {
      storeFloat(out + o, <f32>(<f64>loadFloat(probabilities + o) * share))
    }
    const own = out + (<usize>i32.load(labels) << 2)
    storeFloat(own, <f32>(<f64>loadFloat(own) - share))
    probabilities += row
    out += row
    labels += 4
  }
}
