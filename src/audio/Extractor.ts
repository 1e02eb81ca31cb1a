import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import { t } from "../language/Text.js"
import * as LogMel from "./LogMel.js"
import type { FileParts, InParts } from "./Parts.js"
import * as Resample from "./Resample.js"
import type { Sound, Unusable } from "./Sound.js"
import * as SoundFile from "./SoundFile.js"
import type { Features } from "./Windows.js"

/**
 * Turns a recording into features, or into samples of one channel at one rate, a part at a time: gives
 * the pieces that are complete to `keep`. Fails with what is wrong with the recording.
 */
export type Extractor = <E = never, R = never>(
  file: FileParts,
  keep: (pieces: ReadonlyArray<Piece>) => Effect.Effect<unknown, E, R>
) => Effect.Effect<Extracted, Unusable | PlatformError | E, R>

/** Log-mel features, or the samples that they are made of. */
export type Output = "features" | "samples"

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

/** Changes whenever the same bytes and options would give other features. */
export const version = 1

/** Below this deviation, -80 dB of full scale, a recording is silence. */
const silence = 1e-4

/** Channels whose mean is so much weaker than one of them, 30 dB, are each other's opposite. */
const cancelled = 1 / 32

/** So many rates of a corpus keep their filters, of 4 MiB at most, at a time. */
const mostFilters = 4

/** Pieces that follow one another as one; they are some at least. */
export const joined = (pieces: ReadonlyArray<Piece>): Piece => {
  const { first, total } = pieces[0]!
  const last = pieces.at(-1)!
  const features = new Float32Array(last.first + last.features.length - first)
  for (const piece of pieces) features.set(piece.features, piece.first - first)
  return { first, total, features }
}

/** What makes such an output of recordings, one at a time. */
export const make = (options: LogMel.Options, output: Output = "features"): Extractor => {
  const frames = LogMel.inParts(options)
  const { window } = LogMel.geometry(options)
  const filterFrom = leastRecent(mostFilters, (rate: number) =>
    Resample.inParts(rate, options.sampleRate)
  )

  /** Makes features of a sound of which `heard` is known, and gives them to `emit`. */
  const features = function* (
    sound: Sound,
    { channel, count }: Heard,
    emit: (piece: Piece) => void
  ): InParts<Unusable | undefined> {
    const length = Resample.outputLength(sound.sampleRate, options.sampleRate, count)
    if (length < window) return t`is shorter than one frame of ${options.windowMs} ms`
    const resample = filterFrom(sound.sampleRate)(count)
    const transform = output === "features" ? frames() : (samples: Float32Array) => samples
    const total = output === "features" ? LogMel.frameCount(options, length) * options.mels : length
    let first = 0
    const problem = yield* sound.decode((block) => {
      const features = transform(resample(block.of(channel)))
      if (features.length === 0) return
      emit({ first, total, features })
      first += features.length
    })
    return problem ?? (first === total ? undefined : t`was truncated while it was read`)
  }

  return Effect.fnUntraced(function* (file, keep) {
    const heard = yield* Effect.scoped(
      Effect.flatMap(SoundFile.open(file), (sound) => file.run(listen(sound)))
    )
    if (typeof heard === "string") return yield* Effect.fail(heard)
    let pieces: Array<Piece> = []
    const keepArrived = Effect.suspend(() => {
      if (pieces.length === 0) return Effect.void
      const arrived = pieces
      pieces = []
      return keep(arrived)
    })
    // Decoded a second time: what is decoded may be far too much to hold.
    const problem = yield* Effect.scoped(
      Effect.flatMap(SoundFile.open(file), (sound) =>
        file.run(
          features(sound, heard, (piece) => pieces.push(piece)),
          keepArrived
        )
      )
    )
    if (problem !== undefined) return yield* Effect.fail(problem)
    return { channel: heard.channel }
  })
}

/** What is known of a recording once all of it was decoded. */
interface Heard {
  /** The samples of a channel. */
  readonly count: number
  /** The one channel to use, where the mean of all is next to nothing. */
  readonly channel: number | undefined
}

const listen = function* (sound: Sound): InParts<Heard | Unusable> {
  const mean = new Level()
  const each = Array.from({ length: sound.channels === 1 ? 0 : sound.channels }, () => new Level())
  const problem = yield* sound.decode((block) => {
    mean.add(block.of())
    for (const [channel, level] of each.entries()) level.add(block.of(channel))
  })
  if (problem !== undefined) return problem
  const levels = each.map((level) => level.deviation)
  const loudest = levels.reduce(
    (most, level, channel) => (level > levels[most]! ? channel : most),
    0
  )
  const isCancelled = each.length > 0 && mean.deviation < cancelled * levels[loudest]!
  const level = isCancelled ? levels[loudest]! : mean.deviation
  return !Number.isFinite(level)
    ? t`holds samples that are not numbers`
    : level < silence
      ? t`is silent, or nearly so`
      : { count: mean.count, channel: isCancelled ? loudest : undefined }
}

/** The standard deviation of samples: silence may have an offset. */
class Level {
  count = 0
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
