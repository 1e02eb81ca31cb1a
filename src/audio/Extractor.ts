import * as Either from "effect/Either"
import { t } from "../language/Text.js"
import * as LogMel from "./LogMel.js"
import { type InParts, ofBytes, partBytes } from "./Parts.js"
import * as Resample from "./Resample.js"
import * as Wav from "./Wav.js"
import type { Features } from "./Windows.js"

/** Turns the bytes of a WAV file into log-mel features, or says why it cannot. */
export type Extractor = (bytes: Uint8Array) => Either.Either<Features, Unusable>

/**
 * Turns a WAV file of `size` bytes into log-mel features a part at a time, of which it gives each
 * piece to `emit`.
 */
export type PartExtractor = (
  size: number,
  emit: (piece: Piece) => void
) => InParts<Either.Either<Extracted, Unusable>>

/** Complete rows of features, from the `first` value on, of `total`. */
export interface Piece {
  readonly first: number
  readonly total: number
  readonly features: Features
}

/** How features came to be. */
export interface Extracted {
  /** The one channel that was used, where all together cancel each other out. */
  readonly channel: number | undefined
}

/** Why a recording is of no use: the end of a sentence that its name begins. */
export type Unusable = string

/** Changes whenever the same bytes and options would give other features. */
export const version = 1

/** Below this deviation, -80 dB of full scale, a recording is silence. */
const silence = 1e-4

/** Channels whose mean is so much weaker than one of them, 30 dB, are each other's opposite. */
const cancelled = 1 / 32

/** So many rates of a corpus keep their filters, of 4 MiB at most, at a time. */
const mostFilters = 4

export const make = (options: LogMel.Options): Extractor => {
  const extract = inParts(options)
  return (bytes) => {
    const pieces: Array<Piece> = []
    const extracted = ofBytes(
      bytes,
      extract(bytes.length, (piece) => pieces.push(piece))
    )
    return Either.map(extracted, () => joined(pieces))
  }
}

/** All the pieces of a recording as one. */
export const joined = (pieces: ReadonlyArray<Piece>): Features => {
  const all = new Float32Array(pieces[0]?.total ?? 0)
  for (const { features, first } of pieces) all.set(features, first)
  return all
}

export const inParts = (options: LogMel.Options): PartExtractor => {
  const frames = LogMel.inParts(options)
  const { window } = LogMel.geometry(options)
  const filterFrom = leastRecent(mostFilters, (rate: number) =>
    Resample.inParts(rate, options.sampleRate)
  )
  return function* (size, emit) {
    const found = yield* Wav.locate(size)
    if (Either.isLeft(found)) return Either.left(found.left.detail)
    const layout = found.right
    const { sampleRate } = layout.format

    const heard = yield* listen(layout)
    if (Either.isLeft(heard)) return Either.left(heard.left)
    const { channel, level } = heard.right
    if (!Number.isFinite(level)) return Either.left(t`holds samples that are not numbers`)
    if (level < silence) return Either.left(t`is silent, or nearly so`)
    const length = Resample.outputLength(sampleRate, options.sampleRate, layout.length)
    if (length < window) {
      return Either.left(t`is shorter than one frame of ${options.windowMs} ms`)
    }

    const resample = filterFrom(sampleRate)(layout.length)
    const logMel = frames()
    const total = LogMel.frameCount(options, length) * options.mels
    let first = 0
    for (const range of partsOf(layout)) {
      const samples = Wav.samplesIn(yield range, layout, channel)
      if (Either.isLeft(samples)) return Either.left(samples.left.detail)
      const features = logMel(resample(samples.right))
      if (features.length === 0) continue
      emit({ first, total, features })
      first += features.length
    }
    return first === total ? Either.right({ channel }) : Either.left(cutShort)
  }
}

const cutShort: Unusable = t`was truncated while it was read`

/** How loud a recording is, and which of its channels to use where their mean is next to nothing. */
const listen = function* (
  layout: Wav.Layout
): InParts<Either.Either<{ level: number; channel: number | undefined }, Unusable>> {
  const mean = new Level()
  const channels = layout.format.channels
  const each = Array.from({ length: channels === 1 ? 0 : channels }, () => new Level())
  for (const range of partsOf(layout)) {
    const bytes = yield range
    if (bytes.length < range.length) return Either.left(cutShort)
    const samples = Wav.samplesIn(bytes, layout)
    if (Either.isLeft(samples)) return Either.left(samples.left.detail)
    mean.add(samples.right)
    for (const [channel, level] of each.entries()) {
      level.add(Either.getOrThrow(Wav.samplesIn(bytes, layout, channel)))
    }
  }
  const levels = each.map((level) => level.deviation)
  const loudest = levels.reduce(
    (most, level, channel) => (level > levels[most]! ? channel : most),
    0
  )
  const level = mean.deviation
  return Either.right(
    channels > 1 && level < cancelled * levels[loudest]!
      ? { level: levels[loudest]!, channel: loudest }
      : { level, channel: undefined }
  )
}

/** The ranges of a file that its samples fill, in complete blocks. */
const partsOf = function* ({ at, blockSize, length }: Wav.Layout) {
  const blocks = Math.max(1, Math.floor(partBytes / blockSize))
  for (let first = 0; first < length; first += blocks) {
    yield { at: at + first * blockSize, length: Math.min(blocks, length - first) * blockSize }
  }
}

/** The standard deviation of samples: silence may have an offset. */
class Level {
  private count = 0
  private sum = 0
  private squares = 0

  add(samples: Float32Array): void {
    let [sum, squares] = [this.sum, this.squares]
    for (const sample of samples) {
      sum += sample
      squares += sample * sample
    }
    this.sum = sum
    this.squares = squares
    this.count += samples.length
  }

  get deviation(): number {
    const mean = this.sum / this.count
    // Rounding can leave a negative nothing.
    return Math.sqrt(Math.max(0, this.squares / this.count - mean * mean))
  }
}

/** `make` of a key, computed again for all but the keys that were asked for last. */
const leastRecent = <K, A>(most: number, make: (key: K) => A) => {
  const kept = new Map<K, A>()
  return (key: K): A => {
    const value = kept.get(key) ?? make(key)
    kept.delete(key)
    kept.set(key, value)
    if (kept.size > most) kept.delete(kept.keys().next().value!)
    return value
  }
}
