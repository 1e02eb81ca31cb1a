/** Integers and what they are multiplied with to get the weights again. */
export interface Quantized {
  readonly values: Int8Array
  /** One for each index of an axis. */
  readonly scales: Float32Array
}

/**
 * Weights as integers from -127 to 127, with a scale for each index of `axis`: its largest absolute value
 * over 127. So zero stays zero, and an output channel does not suffer from the range of another (Jacob et
 * al., "Quantization and Training of Neural Networks", 2018).
 */
export const quantizeRows = (
  weights: Float32Array,
  shape: ReadonlyArray<number>,
  axis: number
): Quantized => {
  const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1)
  const rows = shape[axis]!
  const rowOf = (i: number) => Math.floor(i / inner) % rows
  const scales = new Float32Array(rows)
  weights.forEach((weight, i) => {
    scales[rowOf(i)] = Math.max(scales[rowOf(i)]!, Math.abs(weight) / 127)
  })
  // A row of zeros has any scale but 0.
  scales.forEach((scale, i) => (scales[i] = scale || 1))
  const values = Int8Array.from(weights, (weight, i) => Math.round(weight / scales[rowOf(i)]!))
  return { values, scales }
}

/** Bytes, and the line that leads back to the weights: `byte × scale + min`, as TensorFlow.js has it. */
export interface Affine {
  readonly values: Uint8Array
  readonly scale: number
  readonly min: number
}

/** Weights as bytes over their whole range, in which zero is exact. */
export const quantizeRange = (weights: Float32Array): Affine => {
  const low = weights.reduce((least, weight) => Math.min(least, weight), 0)
  const high = weights.reduce((most, weight) => Math.max(most, weight), 0)
  const scale = (high - low) / 255 || 1
  const min = Math.round(low / scale) * scale
  const byte = (weight: number) => Math.max(0, Math.min(255, Math.round((weight - min) / scale)))
  return { values: Uint8Array.from(weights, byte), scale, min }
}
