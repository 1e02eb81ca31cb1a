// Four lanes of 32-bit floats, by short names. Addresses and strides are in bytes everywhere.

// @ts-ignore: decorator
@inline export function load(address: usize): v128 {
  return v128.load(address)
}

// @ts-ignore: decorator
@inline export function store(address: usize, value: v128): void {
  v128.store(address, value)
}

/** The float at `address` in each lane. */
// @ts-ignore: decorator
@inline export function splatLoad(address: usize): v128 {
  return v128.load32_splat(address)
}

// @ts-ignore: decorator
@inline export function splat(value: f32): v128 {
  return f32x4.splat(value)
}

/** sum + a * b, rounded twice: plain SIMD has no fused form, so every machine gives the same bits. */
// @ts-ignore: decorator
@inline export function addMul(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b))
}

// @ts-ignore: decorator
@inline export function loadFloat(address: usize): f32 {
  return f32.load(address)
}

// @ts-ignore: decorator
@inline export function storeFloat(address: usize, value: f32): void {
  f32.store(address, value)
}

/** The sum of the lanes, by pairs. */
// @ts-ignore: decorator
@inline export function horizontalSum(x: v128): f32 {
  const pairs = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1))
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1)
}

/** The first `count` floats (1 to 4) at `address`, zeros in the other lanes. */
// @ts-ignore: decorator
@inline export function loadPartial(address: usize, count: i32): v128 {
  if (count >= 4) return v128.load(address)
  if (count == 1) return v128.load32_zero(address)
  const two = v128.load64_zero(address)
  return count == 2 ? two : v128.load_lane<f32>(address + 8, two, 2)
}

/** Stores the first `count` lanes (1 to 4). */
// @ts-ignore: decorator
@inline export function storePartial(address: usize, value: v128, count: i32): void {
  if (count >= 4) return v128.store(address, value)
  if (count == 1) return v128.store_lane<f32>(address, value, 0)
  v128.store_lane<f64>(address, value, 0)
  if (count == 3) v128.store_lane<f32>(address + 8, value, 2)
}
