import { inflateSync } from "node:zlib"
import type * as FastPng from "fast-png"
import { t } from "../../language/Text.js"
import type { Pixels } from "./Pixels.js"

const signature = [137, 80, 78, 71, 13, 10, 26, 10]
/** What the pixels depend on; text, profiles and animations are left out, and so never inflated. */
const used = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"])
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

export const isPng = (bytes: Uint8Array): boolean => signature.every((byte, i) => bytes[i] === byte)

/** The size that a PNG file declares; null: it is damaged. */
export const sizeOf = (bytes: Uint8Array): readonly [width: number, height: number] | null => {
  if (bytes.length < 33) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return [view.getUint32(16), view.getUint32(20)]
}

/**
 * The pixels of a PNG file; what is transparent has the color that the file gives it. Throws where the file
 * is damaged, and where its data would inflate to more than its size says.
 */
export const decode = (
  { convertIndexedToRgb, decode }: typeof FastPng,
  bytes: Uint8Array
): Pixels => {
  const chunks = chunksOf(bytes)
  const header = new DataView(bytes.buffer, bytes.byteOffset + 16)
  const [width, height] = [header.getUint32(0), header.getUint32(4)]
  const [bits, color] = [bytes[24]!, bytes[25]!]
  const rowBytes = Math.ceil((width * bits * (channelsOf[color] ?? 4)) / 8)
  const data = Buffer.concat(
    chunks.flatMap(({ at, length, type }) =>
      type === "IDAT" ? bytes.subarray(at + 8, at + 8 + length) : []
    )
  )
  // Interlaced images have a filter byte for each row of seven passes, and rows that end within a byte.
  const slack = bytes[28] === 1 ? 56 * (width + height + 8) : 0
  try {
    inflateSync(data, { maxOutputLength: height * (rowBytes + 1) + slack })
  } catch {
    throw new Error(t`its pixels are damaged, or more than it declares`)
  }
  const plain = Buffer.concat([
    bytes.subarray(0, 8),
    ...chunks.flatMap(({ at, length, type }) =>
      used.has(type) ? bytes.subarray(at, at + 12 + length) : []
    )
  ])
  const png = decode(plain, { checkCrc: true })
  if (png.palette !== undefined) {
    const rgb = convertIndexedToRgb(png)
    const channels = rgb.length / (width * height)
    return { width, height, data: toRgb(rgb, channels, width * height, 255) }
  }
  const values =
    png.depth < 8 ? unpacked(png.data as Uint8Array, width, height, png.depth) : png.data
  return { width, height, data: toRgb(values, png.channels, width * height, 2 ** png.depth - 1) }
}

const chunksOf = (bytes: Uint8Array) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: Array<{ readonly type: string; readonly at: number; readonly length: number }> = []
  for (let at = 8; at < bytes.length;) {
    if (at + 12 > bytes.length) throw new Error(t`is truncated`)
    const length = view.getUint32(at)
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (at + 12 + length > bytes.length) throw new Error(t`is truncated`)
    chunks.push({ type, at, length })
    if (type === "IEND") return chunks
    at += 12 + length
  }
  throw new Error(t`is truncated`)
}

/** One byte a value of rows that are packed more tightly. */
const unpacked = (data: Uint8Array, width: number, height: number, bits: number): Uint8Array => {
  const rowBytes = Math.ceil((width * bits) / 8)
  const values = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = x * bits
      const byte = data[y * rowBytes + (at >> 3)]!
      values[y * width + x] = (byte >> (8 - bits - (at & 7))) & ((1 << bits) - 1)
    }
  }
  return values
}

/** Red, green and blue of 8 bits, of gray or color with or without transparency. */
const toRgb = (
  values: ArrayLike<number>,
  channels: number,
  count: number,
  most: number
): Uint8Array => {
  const rgb = new Uint8Array(3 * count)
  const isColor = channels >= 3
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) {
      const value = values[i * channels + (isColor ? c : 0)]!
      rgb[3 * i + c] = most === 255 ? value : Math.round((value * 255) / most)
    }
  }
  return rgb
}
