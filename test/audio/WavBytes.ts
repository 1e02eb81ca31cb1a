/** Builds WAV files, good and bad, a chunk at a time. */

export type Chunk = readonly [name: string, body: Uint8Array, declaredSize?: number]

const le = (value: number, bytes: number): ReadonlyArray<number> =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) & 0xff)

const ascii = (text: string): ReadonlyArray<number> => [...text].map((c) => c.charCodeAt(0))

export const fmt = (format: {
  readonly tag?: number
  readonly channels?: number
  readonly rate?: number
  readonly bits?: number
  readonly subTag?: number
  /** The bytes of one sample of all channels, and those of a second. */
  readonly block?: number
  readonly bytesPerSecond?: number
}): Chunk => {
  const { bits = 16, channels = 1, rate = 8000, subTag, tag = 1 } = format
  const { block = (channels * bits) / 8, bytesPerSecond = rate * block } = format
  const plain = [
    ...le(tag, 2),
    ...le(channels, 2),
    ...le(rate, 4),
    ...le(bytesPerSecond, 4),
    ...le(block, 2),
    ...le(bits, 2)
  ]
  const extension =
    subTag === undefined
      ? []
      : [...le(22, 2), ...le(bits, 2), ...le(0, 4), ...le(subTag, 2), ...le(0, 14)]
  return ["fmt ", Uint8Array.from([...plain, ...extension])]
}

export const data = (body: ReadonlyArray<number> | Uint8Array, declaredSize?: number): Chunk =>
  declaredSize === undefined
    ? ["data", Uint8Array.from(body)]
    : ["data", Uint8Array.from(body), declaredSize]

export const riff = (chunks: ReadonlyArray<Chunk>, id = "RIFF", padding = true): Uint8Array => {
  const body = chunks.flatMap(([name, bytes, size]) => [
    ...ascii(name),
    ...le(size ?? bytes.length, 4),
    ...bytes,
    ...(padding && bytes.length % 2 === 1 ? [0] : [])
  ])
  return Uint8Array.from([...ascii(id), ...le(body.length + 4, 4), ...ascii("WAVE"), ...body])
}

/** The bytes of samples by a setter of DataView, little-endian. */
export const samples = (
  values: ReadonlyArray<number>,
  setter: "setInt16" | "setInt32" | "setFloat32" | "setFloat64",
  size: number
): Uint8Array => {
  const view = new DataView(new ArrayBuffer(values.length * size))
  values.forEach((value, i) => view[setter](i * size, value, true))
  return new Uint8Array(view.buffer)
}
