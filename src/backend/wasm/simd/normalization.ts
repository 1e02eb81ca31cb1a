import { addMul, all, at, float, put, putFloat } from "./lanes"

// Batch normalisation over the columns of x[n, C]; the few numbers a column are computed outside.

/** y = x * factor[C] + shift[C] */
export function scaleShift(
  x: usize, y: usize, n: i32, C: i32, factor: usize, shift: usize
): void {
  for (let i = 0; i < n; i++) {
    let c = 0
    for (; c + 4 <= C; c += 4) {
      const o = <usize>c << 2
      put(y + o, f32x4.add(f32x4.mul(at(x + o), at(factor + o)), at(shift + o)))
    }
    for (; c < C; c++) {
      const o = <usize>c << 2
      putFloat(y + o, float(x + o) * float(factor + o) + float(shift + o))
    }
    x += <usize>C << 2
    y += <usize>C << 2
  }
}

/** sums[C] = Σ dy, products[C] = Σ dy (x − mean) */
export function gradientSums(
  x: usize, dy: usize, n: i32, C: i32, mean: usize, sums: usize, products: usize
): void {
  const row = <usize>C << 2
  let c = 0
  for (; c + 8 <= C; c += 8) {
    const o = <usize>c << 2, m0 = at(mean + o), m1 = at(mean + o + 16)
    let s0 = all(0), s1 = s0, p0 = s0, p1 = s0, p = x + o, q = dy + o
    for (let i = 0; i < n; i++) {
      const d0 = at(q), d1 = at(q + 16)
      s0 = f32x4.add(s0, d0)
      s1 = f32x4.add(s1, d1)
      p0 = addMul(p0, d0, f32x4.sub(at(p), m0))
      p1 = addMul(p1, d1, f32x4.sub(at(p + 16), m1))
      p += row
      q += row
    }
    put(sums + o, s0); put(sums + o + 16, s1)
    put(products + o, p0); put(products + o + 16, p1)
  }
  for (; c < C; c++) {
    const o = <usize>c << 2, m = float(mean + o)
    let s: f32 = 0, product: f32 = 0, p = x + o, q = dy + o
    for (let i = 0; i < n; i++) {
      const d = float(q)
      s += d
      product += d * (float(p) - m)
      p += row
      q += row
    }
    putFloat(sums + o, s)
    putFloat(products + o, product)
  }
}

/** dx = dy * a[C] + x * b[C] + k[C] */
export function combine(
  x: usize, dy: usize, dx: usize, n: i32, C: i32, a: usize, b: usize, k: usize
): void {
  for (let i = 0; i < n; i++) {
    let c = 0
    for (; c + 4 <= C; c += 4) {
      const o = <usize>c << 2
      put(dx + o, f32x4.add(addMul(at(k + o), at(x + o), at(b + o)), f32x4.mul(at(dy + o), at(a + o))))
    }
    for (; c < C; c++) {
      const o = <usize>c << 2
      putFloat(dx + o, float(k + o) + float(x + o) * float(b + o) + float(dy + o) * float(a + o))
    }
    x += <usize>C << 2
    dy += <usize>C << 2
    dx += <usize>C << 2
  }
}
