/** The state that the generator Alea (see ../kernels/dropout.ts) begins with, of `tf.randomUniform` with the same seed. */
export const stateOf = (seed: string): readonly [number, number, number] => {
  const mash = masher()
  const [a, b, c] = [mash(" "), mash(" "), mash(" ")]
  const less = (start: number): number => {
    const left = start - mash(seed)
    return left < 0 ? left + 1 : left
  }
  return [less(a), less(b), less(c)]
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
