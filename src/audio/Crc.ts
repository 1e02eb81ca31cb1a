/** Continues a checksum over bytes, from `from` to `to`. */
export type Crc = (bytes: Uint8Array, crc?: number, from?: number, to?: number) => number

/** A CRC of so many bits, the highest bit first, as FLAC, Ogg and the frames of MP3 have it. */
export const make = (bits: 8 | 16 | 32, polynomial: number): Crc => {
  const shift = bits - 8
  const mask = bits === 32 ? -1 : (1 << bits) - 1
  const table = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << shift
    for (let bit = 0; bit < 8; bit++) {
      crc = ((crc >>> (bits - 1)) & 1) === 1 ? (crc << 1) ^ polynomial : crc << 1
    }
    return crc & mask
  })
  return (bytes, start = 0, from = 0, to = bytes.length) => {
    let crc = start
    for (let i = from; i < to; i++) {
      crc = ((crc << 8) ^ table[((crc >>> shift) ^ bytes[i]!) & 0xff]!) & mask
    }
    return crc >>> 0
  }
}

/** CRC-16 with the lowest bit first, as LAME computes it over all of an MP3 file. */
export const reflected16: Crc = (() => {
  const table = Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1
    return crc
  })
  return (bytes, start = 0, from = 0, to = bytes.length) => {
    let crc = start
    for (let i = from; i < to; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 0xff]!
    return crc
  }
})()
