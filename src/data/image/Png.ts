import { crc32, inflateSync } from "node:zlib"
import { t } from "../../language/Text.js"
import type { Pixels } from "./Pixels.js"

const signature = [137, 80, 78, 71, 13, 10, 26, 10]
/** What pixels depend on; text, profiles and animations are left out, and so never inflated. */
const used = new Set(["IHDR", "PLTE", "IDAT", "IEND"])
/** The samples of a pixel, by the color type of the file: gray, RGB, palette, gray and RGB with transparency. */
const samplesOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }
const depths: Readonly<Record<number, ReadonlyArray<number>>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16]
}

export const isPng = (bytes: Uint8Array): boolean => signature.every((byte, i) => bytes[i] === byte)

/** The size that a PNG file declares; null: it is damaged. */
export const sizeOf = (bytes: Uint8Array): readonly [width: number, height: number] | null => {
  if (bytes.length < 33) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return [view.getUint32(16), view.getUint32(20)]
}

/** What the header says, and how its rows are found. */
interface Header {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly color: number
  readonly samples: number
  readonly passes: ReadonlyArray<Pass>
}

/** Rows of pixels that lie so far apart in the image. */
interface Pass {
  readonly left: number
  readonly top: number
  readonly across: number
  readonly down: number
  readonly columns: number
  readonly rows: number
  readonly rowBytes: number
}

/** Left, top, and the distance of columns and of rows: of all pixels, or of the seven passes of Adam7. */
const layouts: Readonly<Record<number, ReadonlyArray<readonly [number, number, number, number]>>> =
  {
    0: [[0, 0, 1, 1]],
    1: [
      [0, 0, 8, 8],
      [4, 0, 8, 8],
      [0, 4, 4, 8],
      [2, 0, 4, 4],
      [0, 2, 2, 4],
      [1, 0, 2, 2],
      [0, 1, 1, 2]
    ]
  }

/**
 * The pixels of a PNG file; what is transparent has the color that the file gives it. Throws where the file
 * is damaged, and where its data would inflate to more than its size says.
 */
export const decode = (bytes: Uint8Array): Pixels => {
  const chunks = chunksOf(bytes)
  const header = headerOf(bytes, chunks)
  const { height, width } = header
  const rows = inflated(chunks, header)
  const colors = header.color === 3 ? paletteOf(chunks) : null
  const rgb = new Uint8Array(3 * width * height)
  let at = 0
  for (const pass of header.passes) {
    let before: Uint8Array = new Uint8Array(pass.rowBytes)
    for (let y = 0; y < pass.rows; y++) {
      const row = rows.subarray(at + 1, at + 1 + pass.rowBytes)
      unfilter(rows[at]!, row, before, Math.max(1, (header.samples * header.depth) >> 3))
      const from = (pass.top + y * pass.down) * width + pass.left
      spread(header, row, colors, rgb, 3 * from, pass)
      before = row
      at += 1 + pass.rowBytes
    }
  }
  return { width, height, data: rgb }
}

interface Chunk {
  readonly type: string
  readonly data: Uint8Array
}

const chunksOf = (bytes: Uint8Array): ReadonlyArray<Chunk> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: Array<Chunk> = []
  for (let at = 8; at < bytes.length;) {
    if (at + 12 > bytes.length) throw new Error(t`is truncated`)
    const length = view.getUint32(at)
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (at + 12 + length > bytes.length) throw new Error(t`is truncated`)
    if (used.has(type)) {
      const checked = bytes.subarray(at + 4, at + 8 + length)
      if (crc32(checked) !== view.getUint32(at + 8 + length)) {
        throw new Error(t`its checksum of ${type} is wrong`)
      }
      chunks.push({ type, data: checked.subarray(4) })
    }
    if (type === "IEND") return chunks
    at += 12 + length
  }
  throw new Error(t`is truncated`)
}

const headerOf = (bytes: Uint8Array, [first]: ReadonlyArray<Chunk>): Header => {
  // At its place, where the size of the image was looked at before.
  if (
    first?.type !== "IHDR" ||
    first.data.length !== 13 ||
    first.data.byteOffset !== bytes.byteOffset + 16
  )
    throw new Error(t`does not begin with a header`)
  const view = new DataView(first.data.buffer, first.data.byteOffset)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const [depth, color, compression, filter, interlace] = first.data.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number
  ]
  const samples = samplesOf[color]
  const layout = layouts[interlace]
  if (
    samples === undefined ||
    layout === undefined ||
    depths[color]?.includes(depth) !== true ||
    compression !== 0 ||
    filter !== 0
  )
    throw new Error(t`has a header that makes no sense`)
  const passes = layout.map(([left, top, across, down]) => {
    const columns = Math.ceil(Math.max(0, width - left) / across)
    const rows = columns === 0 ? 0 : Math.ceil(Math.max(0, height - top) / down)
    const rowBytes = Math.ceil((columns * samples * depth) / 8)
    return { left, top, across, down, columns, rows, rowBytes }
  })
  return { width, height, depth, color, samples, passes }
}

const inflated = (chunks: ReadonlyArray<Chunk>, { passes }: Header): Uint8Array => {
  const parts = chunks.flatMap(({ data, type }) => (type === "IDAT" ? [data] : []))
  const length = passes.reduce((sum, { rowBytes, rows }) => sum + rows * (1 + rowBytes), 0)
  const rows = attempt(() =>
    inflateSync(parts.length === 1 ? parts[0]! : Buffer.concat(parts), { maxOutputLength: length })
  )
  if (rows?.length !== length)
    throw new Error(t`its pixels are damaged, or not as many as it declares`)
  return rows
}

const attempt = (inflate: () => Uint8Array): Uint8Array | null => {
  try {
    return inflate()
  } catch {
    return null
  }
}

const paletteOf = (chunks: ReadonlyArray<Chunk>): Uint8Array => {
  const palette = chunks.find(({ type }) => type === "PLTE")?.data
  if (palette === undefined || palette.length % 3 !== 0) throw new Error(t`has no palette`)
  return palette
}

/** Undoes the filter of a row in place, by the row before and the pixel `step` bytes before. */
const unfilter = (filter: number, row: Uint8Array, before: Uint8Array, step: number): void => {
  const { length } = row
  switch (filter) {
    case 0:
      return
    case 1:
      for (let i = step; i < length; i++) row[i] = row[i]! + row[i - step]!
      return
    case 2:
      for (let i = 0; i < length; i++) row[i] = row[i]! + before[i]!
      return
    case 3:
      for (let i = 0; i < length; i++) {
        const left = i < step ? 0 : row[i - step]!
        row[i] = row[i]! + ((left + before[i]!) >> 1)
      }
      return
    case 4:
      for (let i = 0; i < length; i++) {
        const left = i < step ? 0 : row[i - step]!
        const corner = i < step ? 0 : before[i - step]!
        row[i] = row[i]! + paeth(left, before[i]!, corner)
      }
      return
    default:
      throw new Error(t`has a row of filter ${filter}, which does not exist`)
  }
}

const paeth = (left: number, above: number, corner: number): number => {
  const [toLeft, toAbove] = [Math.abs(above - corner), Math.abs(left - corner)]
  const toCorner = Math.abs(left + above - 2 * corner)
  if (toLeft <= toAbove && toLeft <= toCorner) return left
  return toAbove <= toCorner ? above : corner
}

/** Writes the pixels of a row as red, green and blue, from `at` on. */
const spread = (
  { color, depth, samples }: Header,
  row: Uint8Array,
  palette: Uint8Array | null,
  rgb: Uint8Array,
  at: number,
  { across, columns }: Pass
): void => {
  if (color === 2 && depth === 8 && across === 1) return rgb.set(row, at)
  const values = depth === 8 ? row : bytesOf(row, depth, columns * samples, palette === null)
  const isColor = color === 2 || color === 6
  for (let x = 0; x < columns; x++) {
    const to = at + 3 * across * x
    const from = x * samples
    if (palette !== null) {
      const entry = 3 * values[from]!
      if (entry >= palette.length) throw new Error(t`has a pixel of no color of its palette`)
      for (let c = 0; c < 3; c++) rgb[to + c] = palette[entry + c]!
    } else for (let c = 0; c < 3; c++) rgb[to + c] = values[isColor ? from + c : from]!
  }
}

/** Samples of 1, 2, 4 or 16 bits as one byte each: from 0 to 255, or as they are. */
const bytesOf = (row: Uint8Array, depth: number, count: number, isScaled: boolean): Uint8Array => {
  const most = 2 ** depth - 1
  const values = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const bit = i * depth
    const value =
      depth === 16
        ? 256 * row[2 * i]! + row[2 * i + 1]!
        : (row[bit >> 3]! >> (8 - depth - (bit & 7))) & most
    values[i] = isScaled ? Math.round((value * 255) / most) : value
  }
  return values
}
