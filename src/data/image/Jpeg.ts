import type * as JpegJs from "jpeg-js"
import { t } from "../../language/Text.js"
import type { Pixels } from "./Pixels.js"

export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8

/** The size that a JPEG file declares; null: it is damaged, or the bytes end before it. */
export const sizeOf = (bytes: Uint8Array): readonly [width: number, height: number] | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return null
    const marker = bytes[at + 1]!
    if (marker === 0xff) {
      at++
      continue
    }
    // A start of frame, of any process, but no table between.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return [view.getUint16(at + 7), view.getUint16(at + 5)]
    }
    at += 2 + view.getUint16(at + 2)
  }
  return null
}

/** Each scan of a progressive JPEG goes through all of the image again; cameras and programs make 1 to 12. */
export const mostScans = 100

/** How many scans a JPEG file has. */
export const scansOf = (bytes: Uint8Array): number => {
  let scans = 0
  for (let at = 2; at + 3 < bytes.length;) {
    const marker = bytes[at + 1]!
    const isMarker = bytes[at] === 0xff && marker !== 0 && marker !== 0xff
    // Restarts, and the start and end of an image, have no length; nor has what is coded.
    if (!isMarker || (marker >= 0xd0 && marker <= 0xd9)) {
      at++
      continue
    }
    if (marker === 0xda) scans++
    at += 2 + bytes[at + 2]! * 256 + bytes[at + 3]!
  }
  return scans
}

/** The pixels of a JPEG file, as they are stored: its EXIF orientation does not count. Throws if damaged. */
export const decode = (
  { decode }: typeof JpegJs,
  bytes: Uint8Array,
  mostPixels: number
): Pixels => {
  if (!endsProperly(bytes)) throw new Error(t`is truncated`)
  const { data, height, width } = decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: mostPixels / 1e6,
    // Coefficients and output, at four bytes for each of three components.
    maxMemoryUsageInMB: Math.ceil((mostPixels * 40) / 2 ** 20) + 16
  })
  return { width, height, data }
}

/** An end of image; some cameras write more after it. */
const endsProperly = (bytes: Uint8Array): boolean => {
  for (let at = bytes.length - 2; at >= Math.max(0, bytes.length - 4096); at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true
  }
  return false
}
