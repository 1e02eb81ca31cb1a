import { addMul, load, loadPartial, splat, store, storePartial } from "./lanes"

// The updates of further optimizers, as those of ./update: each rounds as the operations of
// TensorFlow.js do that it stands for, in their order. Results go to memory of their own, so that the
// last four elements can be computed again where a length is no multiple of four.

/** Where the four elements from number i on are, the last four at most. */
// @ts-ignore: decorator
@inline function at(i: i32, n: i32): usize {
  return <usize>(i + 4 > n && n >= 4 ? n - 4 : i) << 2
}

// @ts-ignore: decorator
@inline function get(address: usize, n: i32): v128 {
  return n >= 4 ? load(address) : loadPartial(address, n)
}

// @ts-ignore: decorator
@inline function put(address: usize, value: v128, n: i32): void {
  if (n >= 4) store(address, value)
  else storePartial(address, value, n)
}

// @ts-ignore: decorator
@inline function decayed(g: v128, w: v128, decay: f32): v128 {
  return decay == 0 ? g : f32x4.add(g, f32x4.mul(w, splat(decay)))
}

/** 1, 0 or -1. */
// @ts-ignore: decorator
@inline function sign(x: v128): v128 {
  const one = splat(1), zero = splat(0)
  return f32x4.sub(v128.and(f32x4.gt(x, zero), one), v128.and(f32x4.lt(x, zero), one))
}

/** mean + (value - mean) * share */
export function toward(mean: usize, value: usize, mean2: usize, n: i32, share: f32): void {
  for (let i = 0; i < n; i += 4) {
    const o = at(i, n), m = get(mean + o, n)
    put(mean2 + o, f32x4.add(m, f32x4.mul(f32x4.sub(get(value + o, n), m), splat(share))), n)
  }
}

export function lion(
  w: usize, g: usize, m: usize, w2: usize, m2: usize, n: i32,
  beta1: f32, rest1: f32, beta2: f32, rest2: f32, rate: f32, factor: f32
): void {
  for (let i = 0; i < n; i += 4) {
    const o = at(i, n), gradient = get(g + o, n), mean = get(m + o, n)
    const direction = sign(addMul(f32x4.mul(mean, splat(beta1)), gradient, splat(rest1)))
    put(m2 + o, addMul(f32x4.mul(mean, splat(beta2)), gradient, splat(rest2)), n)
    put(w2 + o, f32x4.sub(f32x4.mul(get(w + o, n), splat(factor)), f32x4.mul(direction, splat(rate))), n)
  }
}

export function nadam(
  w: usize, g: usize, m: usize, v: usize, w2: usize, m2: usize, v2: usize, n: i32,
  beta1: f32, rest1: f32, beta2: f32, rest2: f32, gradientRate: f32, meanRate: f32, scale: f32,
  epsilon: f32, decay: f32, factor: f32
): void {
  for (let i = 0; i < n; i += 4) {
    const o = at(i, n), weight = get(w + o, n), gradient = decayed(get(g + o, n), weight, decay)
    const mean = addMul(f32x4.mul(get(m + o, n), splat(beta1)), gradient, splat(rest1))
    const squared = f32x4.mul(gradient, gradient)
    const square = addMul(f32x4.mul(get(v + o, n), splat(beta2)), squared, splat(rest2))
    const root = f32x4.add(f32x4.div(f32x4.sqrt(square), splat(scale)), splat(epsilon))
    const along = addMul(f32x4.mul(gradient, splat(gradientRate)), mean, splat(meanRate))
    put(m2 + o, mean, n)
    put(v2 + o, square, n)
    put(w2 + o, f32x4.sub(f32x4.mul(weight, splat(factor)), f32x4.div(along, root)), n)
  }
}

export function adagrad(
  w: usize, g: usize, s: usize, w2: usize, s2: usize, n: i32,
  rate: f32, initial: f32, epsilon: f32, decay: f32
): void {
  for (let i = 0; i < n; i += 4) {
    const o = at(i, n), weight = get(w + o, n), gradient = decayed(get(g + o, n), weight, decay)
    const sum = f32x4.add(get(s + o, n), f32x4.mul(gradient, gradient))
    const root = f32x4.add(f32x4.sqrt(f32x4.add(sum, splat(initial))), splat(epsilon))
    put(s2 + o, sum, n)
    put(w2 + o, f32x4.sub(weight, f32x4.div(f32x4.mul(gradient, splat(rate)), root)), n)
  }
}

export function adadelta(
  w: usize, g: usize, s: usize, d: usize, w2: usize, s2: usize, d2: usize, n: i32,
  rate: f32, rho: f32, rest: f32, epsilon: f32, decay: f32
): void {
  const e = splat(epsilon)
  for (let i = 0; i < n; i += 4) {
    const o = at(i, n), weight = get(w + o, n), gradient = decayed(get(g + o, n), weight, decay)
    const squared = f32x4.mul(gradient, gradient), before = get(d + o, n)
    const square = addMul(f32x4.mul(get(s + o, n), splat(rho)), squared, splat(rest))
    const root = f32x4.sqrt(f32x4.add(square, e))
    const change = f32x4.mul(f32x4.div(f32x4.sqrt(f32x4.add(before, e)), root), gradient)
    put(s2 + o, square, n)
    put(d2 + o, addMul(f32x4.mul(before, splat(rho)), f32x4.mul(change, change), splat(rest)), n)
    put(w2 + o, f32x4.sub(weight, f32x4.mul(change, splat(rate))), n)
  }
}

export function adamax(
  w: usize, g: usize, m: usize, u: usize, w2: usize, m2: usize, u2: usize, n: i32,
  beta1: f32, rest1: f32, beta2: f32, rate: f32, epsilon: f32, decay: f32
): void {
  for (let i = 0; i < n; i += 4) {
    const o = at(i, n), weight = get(w + o, n), gradient = decayed(get(g + o, n), weight, decay)
    const mean = addMul(f32x4.mul(get(m + o, n), splat(beta1)), gradient, splat(rest1))
    const size = f32x4.add(f32x4.abs(gradient), splat(epsilon))
    const greatest = f32x4.max(f32x4.mul(get(u + o, n), splat(beta2)), size)
    put(m2 + o, mean, n)
    put(u2 + o, greatest, n)
    put(w2 + o, f32x4.sub(weight, f32x4.div(f32x4.mul(mean, splat(rate)), greatest)), n)
  }
}

/** The direction of LAMB, d2 = m * rate / (√v / scale + ε) + decay * w, before the trust ratio. */
export function lamb(
  w: usize, g: usize, m: usize, v: usize, d2: usize, m2: usize, v2: usize, n: i32,
  beta1: f32, rest1: f32, beta2: f32, rest2: f32, rate: f32, scale: f32, epsilon: f32, decay: f32
): void {
  for (let i = 0; i < n; i += 4) {
    const o = at(i, n), gradient = get(g + o, n)
    const mean = addMul(f32x4.mul(get(m + o, n), splat(beta1)), gradient, splat(rest1))
    const squared = f32x4.mul(gradient, gradient)
    const square = addMul(f32x4.mul(get(v + o, n), splat(beta2)), squared, splat(rest2))
    const root = f32x4.add(f32x4.div(f32x4.sqrt(square), splat(scale)), splat(epsilon))
    put(m2 + o, mean, n)
    put(v2 + o, square, n)
    put(d2 + o, decayed(f32x4.div(f32x4.mul(mean, splat(rate)), root), get(w + o, n), decay), n)
  }
}
