import { t } from "../../language/Text.js"
import * as Crc from "../Crc.js"

/** What the header of a frame says (ISO 11172-3 and 13818-3, layer III). */
export interface FrameHeader {
  readonly sampleRate: number
  readonly channels: number
  /** Samples of a channel. */
  readonly samples: number
  readonly bytes: number
  /** How many bytes of side information follow the header, and the CRC where there is one. */
  readonly sideBytes: number
  readonly hasCrc: boolean
}

export const headerBytes = 4

/** Whether a frame of layer III seems to begin here. */
export const isFrame = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xff && (bytes[1]! & 0xe6) === 0xe2 && typeof header(bytes) !== "string"

/** Reads the header of a frame; says what is wrong with it. */
export const header = (bytes: Uint8Array): FrameHeader | string => {
  const [first, second, third, fourth] = bytes as unknown as [number, number, number, number]
  if (bytes.length < headerBytes || first !== 0xff || second >>> 5 !== 7)
    return t`no frame begins there`
  const [version, layer] = [(second >>> 3) & 3, (second >>> 1) & 3]
  const [bitrate, rate] = [third >>> 4, (third >>> 2) & 3]
  if (version === 1 || layer === 0 || rate === 3 || bitrate === 15) return t`no frame begins there`
  if (layer !== 1)
    return t`it is MPEG audio of layer ${layer === 3 ? "I" : "II"}, not MP3: convert it`
  if (bitrate === 0) return t`it has a bit rate of its own (free format): convert it`
  const isMpeg1 = version === 3
  const sampleRate = sampleRates[rate]! / (isMpeg1 ? 1 : version === 2 ? 2 : 4)
  const samples = isMpeg1 ? 1152 : 576
  const channels = fourth >>> 6 === 3 ? 1 : 2
  const kilobits = (isMpeg1 ? bitRates1 : bitRates2)[bitrate]!
  return {
    sampleRate,
    channels,
    samples,
    bytes: Math.floor(((samples / 8) * 1000 * kilobits) / sampleRate) + ((third >>> 1) & 1),
    sideBytes: isMpeg1 ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17,
    hasCrc: (second & 1) === 0
  }
}

const sampleRates = [44_100, 48_000, 32_000]
const bitRates1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
const bitRates2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]

const crc16 = Crc.make(16, 0x8005)

/** Whether the CRC of a frame, where it has one, is that of its header and side information. */
export const isIntact = (frame: Uint8Array, { hasCrc, sideBytes }: FrameHeader): boolean =>
  !hasCrc ||
  crc16(frame, crc16(frame, 0xffff, 2, 4), 6, 6 + sideBytes) === ((frame[4]! << 8) | frame[5]!)

/** What the first frame says of the others, where it holds no sound but this. */
export interface Info {
  /** How many frames follow. */
  readonly frames: number | undefined
  /** Samples that the encoder has added at the beginning and the end. */
  readonly added: number | undefined
  /** LAME's: of all bytes from the next frame on, and how many. */
  readonly music: { readonly bytes: number; readonly crc: number } | undefined
}

/** Reads a tag of Xing, LAME or Fraunhofer (VBRI) in the first frame; "damaged" by its own checksum. */
export const info = (
  frame: Uint8Array,
  { hasCrc, sideBytes }: FrameHeader
): Info | "damaged" | undefined => {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const text = (at: number) => String.fromCharCode(...frame.subarray(at, at + 4))
  if (frame.length >= 54 && text(36) === "VBRI") {
    return { frames: view.getUint32(50), added: undefined, music: undefined }
  }
  const at = [headerBytes + sideBytes, headerBytes + sideBytes + (hasCrc ? 2 : 0)].find((at) =>
    ["Xing", "Info"].includes(text(at))
  )
  if (at === undefined || frame.length < at + 8) return undefined
  const flags = view.getUint32(at + 4)
  const lame = at + 8 + [4, 4, 100, 4].reduce((sum, size, i) => sum + ((flags >>> i) & 1) * size, 0)
  const frames = (flags & 1) === 1 && frame.length >= at + 12 ? view.getUint32(at + 8) : undefined
  // ffmpeg writes "Lavf" or "Lavc", and the same fields.
  const isLame = frame.length >= lame + 36 && /^(LAME|Lavf|Lavc|L3\.9)/.test(text(lame))
  if (!isLame) return { frames, added: undefined, music: undefined }
  if (!isIntactInfo(frame, lame + 34)) return "damaged"
  const delays = view.getUint32(lame + 20) & 0xffffff
  const bytes = view.getUint32(lame + 28)
  return {
    frames,
    added: (delays >>> 12) + (delays & 0xfff),
    music:
      bytes > frame.length
        ? { bytes: bytes - frame.length, crc: view.getUint16(lame + 32) }
        : undefined
  }
}

/** Whether the CRC at `at` is right: over all before it or, as ffmpeg has it, over 190 bytes with itself zero. */
const isIntactInfo = (frame: Uint8Array, at: number): boolean => {
  const expected = (frame[at]! << 8) | frame[at + 1]!
  if (Crc.reflected16(frame, 0, 0, at) === expected) return true
  const cleared = new Uint8Array(190)
  cleared.set(frame.subarray(0, 190))
  cleared.fill(0, at, at + 2)
  return Crc.reflected16(cleared) === expected
}
