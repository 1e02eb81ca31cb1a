import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Flac from "./Flac.js"
import * as Mp3 from "./Mp3.js"
import * as Ogg from "./Ogg.js"
import type { FileParts, InParts } from "./Parts.js"
import type { Sound, SoundFormat, Unusable } from "./Sound.js"
import * as Wav from "./Wav.js"

/** The ends of the names of recordings. */
export const endings = /\.(wav|flac|mp3|ogg|oga|opus)$/i
export const kinds = ".wav, .flac, .mp3, .ogg, .oga, .opus"

const formats: ReadonlyArray<SoundFormat> = [Flac.format, Ogg.format, Mp3.format, Wav.format]

/** The format of a file, by its first bytes and never by its name. */
export const formatOf = function* (): InParts<SoundFormat> {
  const head = yield { at: 0, length: 64 }
  return formats.find(({ isOne }) => isOne(head))!
}

/** Opens a recording of any format that can be read. */
export const open = (
  file: FileParts
): Effect.Effect<Sound, Unusable | PlatformError, Scope.Scope> =>
  Effect.flatMap(file.run(formatOf()), (format) => format.open(file))

/** The samples of a recording from a second to another, its channels averaged; no more is held of it. */
export const excerpt = Effect.fnUntraced(function* (file: FileParts, from: number, to: number) {
  const sound = yield* open(file)
  const begin = Math.max(0, Math.floor(from * sound.sampleRate))
  const end = Math.ceil(to * sound.sampleRate)
  const parts: Array<Float32Array> = []
  let at = 0
  const decoding = sound.decode((block) => {
    const [first, last] = [Math.max(begin - at, 0), Math.min(end - at, block.length)]
    if (first < last) parts.push(block.of().slice(first, last))
    at += block.length
  })
  const problem = yield* file.run(
    (function* () {
      let step = decoding.next()
      const isComplete = () => at >= end
      while (!step.done && !isComplete()) step = decoding.next(yield step.value)
      return step.done ? step.value : undefined
    })()
  )
  if (problem !== undefined) return yield* Effect.fail(problem)
  const samples = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  parts.reduce((at, part) => (samples.set(part, at), at + part.length), 0)
  return { sampleRate: sound.sampleRate, samples }
}, Effect.scoped)
