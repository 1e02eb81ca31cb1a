// A module of its own: its memory is shared by threads, that of the other kernels is not.

/**
 * out[i] = ((s0[i] + s1[i]) + s2[i]) + …, in this order, for i below n. The addresses of the `count` summands
 * lie at `slots`. `out` may be one of them.
 */
export function sum(out: usize, slots: usize, count: i32, n: i32): void {
  let i = 0
  for (; i + 8 <= n; i += 8) {
    const o = <usize>i << 2
    let p = <usize>load<u32>(slots) + o
    let a = v128.load(p), b = v128.load(p, 16)
    for (let s = 1; s < count; s++) {
      p = <usize>load<u32>(slots + (<usize>s << 2)) + o
      a = f32x4.add(a, v128.load(p))
      b = f32x4.add(b, v128.load(p, 16))
    }
    v128.store(out + o, a)
    v128.store(out + o, b, 16)
  }
  for (; i < n; i++) {
    const o = <usize>i << 2
    let a = load<f32>(<usize>load<u32>(slots) + o)
    for (let s = 1; s < count; s++) a += load<f32>(<usize>load<u32>(slots + (<usize>s << 2)) + o)
    store<f32>(out + o, a)
  }
}
