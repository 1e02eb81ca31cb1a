import * as zlib from "node:zlib"
import { concat } from "./concat.js"

/** A picture: rows from the top, three bytes (red, green, blue) a pixel. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** A picture as a PNG file: 8 bits a channel, no interlacing (https://www.w3.org/TR/png-3/). */
export const encode = ({ height, pixels, width }: Picture): Uint8Array => {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8
  header[9] = 2
  // Each row begins with the number of its filter, 0 for none.
  const rows = new Uint8Array(height * (1 + 3 * width))
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(3 * width * y, 3 * width * (y + 1)), y * (1 + 3 * width) + 1)
  }
  return concat([
    Uint8Array.from(signature),
    chunk("IHDR", header),
    chunk("IDAT", zlib.deflateSync(rows)),
    chunk("IEND", new Uint8Array(0))
  ])
}

const chunk = (name: string, data: Uint8Array): Uint8Array => {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(name, 4, "latin1")
  bytes.set(data, 8)
  bytes.writeUInt32BE(zlib.crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}
