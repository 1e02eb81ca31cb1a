/**
 * Fills `values` with uniform numbers within 0 and 1: those of `tf.randomUniform` with the same seed, in an
 * eighth of the time. The generator is Alea by Johannes Baagøe (2010), whose original is under the MIT licence.
 */
export const fill = (values: Float32Array, seed: string): void => {
  const mash = masher()
  const [a, b, c] = [mash(" "), mash(" "), mash(" ")]
  const less = (start: number): number => {
    const left = start - mash(seed)
    return left < 0 ? left + 1 : left
  }
  let [s0, s1, s2] = [less(a), less(b), less(c)]
  let carry = 1
  for (let i = 0; i < values.length; i++) {
    const t = 2091639 * s0 + carry * 2.3283064365386963e-10
    carry = Math.trunc(t)
    s0 = s1
    s1 = s2
    s2 = t - carry
    values[i] = s2
  }
}

/** A hash that continues from one text to the next. */
const masher = () => {
  let n = 0xefc8249d
  return (text: string): number => {
    for (let i = 0; i < text.length; i++) {
      n += text.charCodeAt(i)
      let h = 0.02519603282416938 * n
      n = h >>> 0
      h -= n
      h *= n
      n = h >>> 0
      h -= n
      n += h * 0x100000000
    }
    return (n >>> 0) * 2.3283064365386963e-10
  }
}
