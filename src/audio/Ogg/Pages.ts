import { t } from "../../language/Text.js"
import { concat } from "../../io/concat.js"
import * as Crc from "../Crc.js"
import { Reader, type InParts } from "../Parts.js"
import { damagedAt, type Unusable } from "../Sound.js"

/** A page of an Ogg stream: the packets that end on it. RFC 3533. */
export interface Page {
  readonly packets: ReadonlyArray<Uint8Array>
  /** The position that the codec gives to the last of the packets; undefined: none ends here. */
  readonly granule: number | undefined
  readonly isLast: boolean
  /** Where it begins in the file. */
  readonly at: number
}

const crc32 = Crc.make(32, 0x04c11db7)
const headerBytes = 27

/** More than a packet of sound or its headers has; cover art may need some. */
const mostPacketBytes = 1 << 24

/** Reads the pages of the one stream of a file; each was checked by its CRC-32, and that none is missing. */
export class Pages {
  private readonly reader: Reader
  private serial: number | undefined
  private sequence = 0
  private open: Array<Uint8Array> = []
  private openBytes = 0
  private isEnded = false

  constructor(
    size: number,
    /** The seconds of sound before what is read, for errors. */
    private readonly seconds: () => number = () => 0
  ) {
    this.reader = new Reader(size)
  }

  /** The next page; null after the last; or what is wrong. */
  *next(): InParts<Page | null | Unusable> {
    const { reader } = this
    if (this.isEnded) {
      yield* reader.fill(headerBytes)
      return reader.text(4) === "OggS" ? severalStreams() : null
    }
    const truncated = t`is truncated: it ends at byte ${reader.size}, and no page says that it is the last`
    if (reader.isAtEnd) return truncated
    const isThere = yield* reader.fill(headerBytes)
    const damaged = (what: string) => damagedAt(reader.at, this.seconds(), what)
    if (reader.text(4) !== "OggS" || (isThere && reader.bytes[4] !== 0)) {
      return reader.text(4).startsWith("OggS".slice(0, reader.bytes.length)) && !isThere
        ? truncated
        : damaged(t`no page begins there`)
    }
    if (!isThere) return truncated
    const segments = reader.bytes[26]!
    if (!(yield* reader.fill(headerBytes + segments))) return truncated
    const lacing = reader.bytes.slice(headerBytes, headerBytes + segments)
    const body = lacing.reduce((sum, length) => sum + length, 0)
    const bytes = headerBytes + segments + body
    if (!(yield* reader.fill(bytes))) return truncated
    const page = reader.bytes.slice(0, bytes)
    const view = new DataView(page.buffer)
    const expected = view.getUint32(22, true)
    view.setUint32(22, 0)
    if (crc32(page) !== expected) return damaged(t`the CRC-32 of a page is wrong`)
    const serial = view.getUint32(14, true)
    if (serial !== (this.serial ?? serial)) return severalStreams()
    this.serial = serial
    if (view.getUint32(18, true) !== this.sequence) return damaged(t`pages are missing before it`)
    this.sequence = (this.sequence + 1) >>> 0
    const flags = page[5]!
    if (((flags & 1) === 1) !== this.open.length > 0) {
      return damaged(t`a packet is not complete`)
    }

    const packets: Array<Uint8Array> = []
    let at = headerBytes + segments
    for (let i = 0; i < segments; i++) {
      const length = lacing[i]!
      this.open.push(page.subarray(at, at + length))
      this.openBytes += length
      at += length
      if (this.openBytes > mostPacketBytes)
        return damaged(t`a packet has more than ${mostPacketBytes} bytes`)
      if (length === 255) continue
      packets.push(concat(this.open))
      this.open = []
      this.openBytes = 0
    }
    const granule = Number(view.getBigInt64(6, true))
    this.isEnded = (flags & 4) !== 0
    const { at: start } = reader
    reader.skip(bytes)
    return {
      packets,
      granule: granule === -1 ? undefined : granule,
      isLast: this.isEnded,
      at: start
    }
  }

  *pause(): InParts<void> {
    yield* this.reader.pause()
  }
}

const severalStreams = (): Unusable =>
  t`holds several streams, one beside or after another: convert it`
