import { addMul, load, loadFloat, splat, store, storeFloat } from "./lanes"

// The updates of optimizers. Each rounds as the operations of TensorFlow.js do that it stands for,
// in their order, so that the results are the same to the bit. `decay` adds decay · w to the gradient.

// @ts-ignore: decorator
@inline function decayed(g: v128, w: v128, decay: f32): v128 {
  return decay == 0 ? g : f32x4.add(g, f32x4.mul(w, splat(decay)))
}

// @ts-ignore: decorator
@inline function decayed1(g: f32, w: f32, decay: f32): f32 {
  return decay == 0 ? g : g + w * decay
}

/** Adam and AdamW: `factor` multiplies the weight first; `rate` and `scale` correct the bias. */
export function adam(
  w: usize, g: usize, m: usize, v: usize, w2: usize, m2: usize, v2: usize, n: i32,
  beta1: f32, rest1: f32, beta2: f32, rest2: f32, rate: f32, scale: f32, epsilon: f32,
  decay: f32, factor: f32
): void {
  const b1 = splat(beta1), r1 = splat(rest1), b2 = splat(beta2), r2 = splat(rest2)
  const lr = splat(rate), s = splat(scale), e = splat(epsilon), f = splat(factor)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const o = <usize>i << 2, weight = load(w + o), gradient = decayed(load(g + o), weight, decay)
    const mean = addMul(f32x4.mul(load(m + o), b1), gradient, r1)
    const square = addMul(f32x4.mul(load(v + o), b2), f32x4.mul(gradient, gradient), r2)
    const root = f32x4.add(f32x4.div(f32x4.sqrt(square), s), e)
    store(m2 + o, mean)
    store(v2 + o, square)
    store(w2 + o, f32x4.sub(f32x4.mul(weight, f), f32x4.div(f32x4.mul(mean, lr), root)))
  }
  for (; i < n; i++) {
    const o = <usize>i << 2, weight = loadFloat(w + o), gradient = decayed1(loadFloat(g + o), weight, decay)
    const mean: f32 = loadFloat(m + o) * beta1 + gradient * rest1
    const square: f32 = loadFloat(v + o) * beta2 + gradient * gradient * rest2
    const root: f32 = sqrt<f32>(square) / scale + epsilon
    storeFloat(m2 + o, mean)
    storeFloat(v2 + o, square)
    storeFloat(w2 + o, weight * factor - (mean * rate) / root)
  }
}

/** Gradient descent with momentum, b ← momentum · b + g; with `nesterov`, along g + momentum · b. */
export function momentum(
  w: usize, g: usize, b: usize, w2: usize, b2: usize, n: i32,
  rate: f32, keep: f32, nesterov: i32, decay: f32
): void {
  const lr = splat(rate), k = splat(keep)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const o = <usize>i << 2, weight = load(w + o), gradient = decayed(load(g + o), weight, decay)
    const buffer = f32x4.add(f32x4.mul(load(b + o), k), gradient)
    const direction = nesterov ? addMul(gradient, buffer, k) : buffer
    store(b2 + o, buffer)
    store(w2 + o, f32x4.sub(weight, f32x4.mul(direction, lr)))
  }
  for (; i < n; i++) {
    const o = <usize>i << 2, weight = loadFloat(w + o), gradient = decayed1(loadFloat(g + o), weight, decay)
    const buffer: f32 = loadFloat(b + o) * keep + gradient
    const direction: f32 = nesterov ? gradient + buffer * keep : buffer
    storeFloat(b2 + o, buffer)
    storeFloat(w2 + o, weight - direction * rate)
  }
}

/** Plain gradient descent. */
export function descend(w: usize, g: usize, w2: usize, n: i32, rate: f32, decay: f32): void {
  const lr = splat(rate)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const o = <usize>i << 2, weight = load(w + o)
    store(w2 + o, f32x4.sub(weight, f32x4.mul(decayed(load(g + o), weight, decay), lr)))
  }
  for (; i < n; i++) {
    const o = <usize>i << 2, weight = loadFloat(w + o)
    storeFloat(w2 + o, weight - decayed1(loadFloat(g + o), weight, decay) * rate)
  }
}

/** The direction of RMSProp, d2 = g / (√s + ε), and its running square, s ← alpha · s + rest · g². */
export function rmsDirection(
  w: usize, g: usize, s: usize, d2: usize, s2: usize, n: i32,
  alpha: f32, rest: f32, epsilon: f32, decay: f32
): void {
  const a = splat(alpha), r = splat(rest), e = splat(epsilon)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const o = <usize>i << 2, gradient = decayed(load(g + o), load(w + o), decay)
    const square = addMul(f32x4.mul(load(s + o), a), f32x4.mul(gradient, gradient), r)
    store(s2 + o, square)
    store(d2 + o, f32x4.div(gradient, f32x4.add(f32x4.sqrt(square), e)))
  }
  for (; i < n; i++) {
    const o = <usize>i << 2, gradient = decayed1(loadFloat(g + o), loadFloat(w + o), decay)
    const square: f32 = loadFloat(s + o) * alpha + gradient * gradient * rest
    storeFloat(s2 + o, square)
    storeFloat(d2 + o, gradient / (sqrt<f32>(square) + epsilon))
  }
}
