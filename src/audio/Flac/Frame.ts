import { t } from "../../language/Text.js"
import * as Crc from "../Crc.js"
import { Bits } from "./Bits.js"

/** What all frames of a stream have in common. */
export interface Stream {
  readonly sampleRate: number
  readonly channels: number
  readonly bits: number
}

/** Where a frame lies in its stream, and how long it is. */
export interface FrameHeader {
  /** The number of the frame, where all have one size, or of its first sample. */
  readonly number: number
  readonly isByFrame: boolean
  readonly blockSize: number
  readonly assignment: number
  /** How many bytes the header has. */
  readonly bytes: number
}

const crc8 = Crc.make(8, 0x07)
const crc16 = Crc.make(16, 0x8005)

/** A header has no more bytes than this. */
export const mostHeaderBytes = 16

/** Reads the header of a frame; says what is wrong with it. RFC 9639, section 9.1. */
export const header = (bytes: Uint8Array, stream: Stream): FrameHeader | string => {
  const bits = new Bits(bytes)
  const noFrame = t`no frame begins there`
  if (bits.read(15) !== 0x7ffc) return noFrame
  const isByFrame = bits.read(1) === 0
  const [size, rate, assignment, depth, reserved] = [4, 4, 4, 3, 1].map((n) => bits.read(n)) as [
    number,
    number,
    number,
    number,
    number
  ]
  const number = codedNumber(bits)
  const blockSize =
    size === 1
      ? 192
      : size < 6
        ? 576 << (size - 2)
        : size === 6
          ? bits.read(8) + 1
          : size === 7
            ? bits.read(16) + 1
            : 256 << (size - 8)
  const sampleRate =
    rates[rate] ??
    (rate === 12
      ? 1000 * bits.read(8)
      : rate === 13
        ? bits.read(16)
        : rate === 14
          ? 10 * bits.read(16)
          : -1)
  const length = bits.at / 8
  if (
    number === undefined ||
    size === 0 ||
    reserved === 1 ||
    rate === 15 ||
    depth === 3 ||
    assignment > 10
  )
    return noFrame
  if (bits.isOver || crc8(bytes, 0, 0, length) !== bits.read(8))
    return t`the CRC-8 of a frame's header is wrong`
  const channels = assignment < 8 ? assignment + 1 : 2
  const bitsPerSample = depths[depth] ?? stream.bits
  return channels === stream.channels &&
    bitsPerSample === stream.bits &&
    (rate === 0 || sampleRate === stream.sampleRate)
    ? { number, isByFrame, blockSize, assignment, bytes: length + 1 }
    : t`the rate, depth or channels change there`
}

const rates: Readonly<Record<number, number>> = {
  0: 0,
  1: 88_200,
  2: 176_400,
  3: 192_000,
  4: 8000,
  5: 16_000,
  6: 22_050,
  7: 24_000,
  8: 32_000,
  9: 44_100,
  10: 48_000,
  11: 96_000
}
const depths: Readonly<Record<number, number>> = { 1: 8, 2: 12, 4: 16, 5: 20, 6: 24, 7: 32 }

/** A number of up to 36 bits, coded as in UTF-8. */
const codedNumber = (bits: Bits): number | undefined => {
  const first = bits.read(8)
  const ones = Math.clz32(~(first << 24))
  if (ones === 0) return first
  if (ones === 1 || ones > 7) return undefined
  let number = first & (0x7f >>> ones)
  for (let i = 1; i < ones; i++) {
    const next = bits.read(8)
    if (next >>> 6 !== 2) return undefined
    number = number * 64 + (next & 0x3f)
  }
  return number
}

/** More bytes than this no frame has that an encoder would write: it could store the samples as they are. */
export const mostBytes = ({ blockSize }: FrameHeader, { bits, channels }: Stream): number =>
  mostHeaderBytes + 2 * channels * (Math.ceil((blockSize * (bits + 1)) / 8) + 64)

/**
 * Decodes the subframes of a frame into `channels`; gives the bytes of the frame, null where it ends after
 * `bytes`, or what is wrong with it.
 */
export const samples = (
  bytes: Uint8Array,
  { assignment, blockSize, bytes: start }: FrameHeader,
  stream: Stream,
  channels: ReadonlyArray<Float64Array>
): number | null | string => {
  const bits = new Bits(bytes)
  bits.at = 8 * start
  for (const [channel, target] of channels.entries()) {
    // The difference of two channels needs a bit more than each.
    const isSide = assignment === 9 ? channel === 0 : assignment >= 8 && channel === 1
    const isRight = subframe(bits, stream.bits + (isSide ? 1 : 0), blockSize, target)
    if (bits.isOver) return null
    if (!isRight) return t`a subframe makes no sense`
  }
  bits.align()
  const end = bits.at / 8
  const expected = bits.read(16)
  if (bits.isOver) return null
  if (crc16(bytes, 0, 0, end) !== expected) return t`the CRC-16 of a frame is wrong`
  if (assignment >= 8) stereo(assignment, blockSize, channels[0]!, channels[1]!)
  return end + 2
}

/** Left and right of one of them and their difference, or of their mean and their difference. */
const stereo = (assignment: number, length: number, first: Float64Array, second: Float64Array) => {
  for (let i = 0; i < length; i++) {
    const [a, b] = [first[i]!, second[i]!]
    if (assignment === 8) second[i] = a - b
    else if (assignment === 9) first[i] = a + b
    else {
      const sum = 2 * a + Math.abs(b % 2)
      first[i] = (sum + b) / 2
      second[i] = (sum - b) / 2
    }
  }
}

/** RFC 9639, section 9.2; false: it is none. */
const subframe = (bits: Bits, depth: number, length: number, target: Float64Array): boolean => {
  if (bits.read(1) === 1) return false
  const kind = bits.read(6)
  const wasted = bits.read(1) === 1 ? bits.unary() + 1 : 0
  const own = depth - wasted
  if (own < 1) return false
  const isRight =
    kind === 0
      ? constant(bits.signed(own), length, target)
      : kind === 1
        ? verbatim(bits, own, length, target)
        : kind >= 8 && kind <= 12
          ? fixed(bits, own, kind - 8, length, target)
          : kind >= 32 && linear(bits, own, kind - 31, length, target)
  if (isRight && wasted > 0) {
    const scale = 2 ** wasted
    for (let i = 0; i < length; i++) target[i]! *= scale
  }
  return isRight
}

const constant = (value: number, length: number, target: Float64Array): boolean => {
  target.fill(value, 0, length)
  return true
}

const verbatim = (bits: Bits, depth: number, length: number, target: Float64Array): boolean => {
  for (let i = 0; i < length; i++) target[i] = bits.signed(depth)
  return true
}

/** The fixed predictors, by their order: the weights of the samples before, the last one first. */
const fixedWeights = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]]

const fixed = (bits: Bits, depth: number, order: number, length: number, target: Float64Array) => {
  if (order > length) return false
  verbatim(bits, depth, order, target)
  return residual(bits, order, length, target) && predict(fixedWeights[order]!, 0, length, target)
}

const linear = (bits: Bits, depth: number, order: number, length: number, target: Float64Array) => {
  if (order > length) return false
  verbatim(bits, depth, order, target)
  const precision = bits.read(4) + 1
  const shift = bits.signed(5)
  if (precision === 16 || shift < 0) return false
  const weights = Array.from({ length: order }, () => bits.signed(precision))
  return residual(bits, order, length, target) && predict(weights, shift, length, target)
}

/** Adds to each sample what those before it predict: sums of whole numbers below 2⁵³, so that nothing is rounded. */
const predict = (
  weights: ReadonlyArray<number>,
  shift: number,
  length: number,
  target: Float64Array
): boolean => {
  const order = weights.length
  const scale = 2 ** -shift
  for (let i = order; i < length; i++) {
    let sum = 0
    for (let j = 0; j < order; j++) sum += weights[j]! * target[i - 1 - j]!
    target[i]! += Math.floor(sum * scale)
  }
  return true
}

/** What is left of the samples beside their prediction, by the Rice code, from `order` on. */
const residual = (bits: Bits, order: number, length: number, target: Float64Array): boolean => {
  const method = bits.read(2)
  if (method > 1) return false
  const width = 4 + method
  const partitions = 1 << bits.read(4)
  const size = length / partitions
  if (!Number.isInteger(size) || size < order) return false
  for (let partition = 0, i = order; partition < partitions && !bits.isOver; partition++) {
    const end = (partition + 1) * size
    const parameter = bits.read(width)
    if (parameter === (1 << width) - 1) {
      const raw = bits.read(5)
      for (; i < end; i++) target[i] = bits.signed(raw)
      continue
    }
    const scale = 2 ** parameter
    for (; i < end; i++) {
      const folded = bits.unary() * scale + bits.read(parameter)
      target[i] = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2
    }
  }
  return true
}
