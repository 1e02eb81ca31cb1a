import type { Random } from "./Random.js"

/** How long one frame of a phrase lasts, in seconds. */
export const frameSeconds = 0.005

/** What the mouth does in one frame of a phrase, for a tract of average length. */
export interface Frame {
  /** The lowest three formants in Hz. */
  readonly formants: readonly [number, number, number]
  /** The strength of the voice and of the noise; 1 is a vowel's voice. */
  readonly voicing: number
  readonly noise: number
  /** Where the noise is strongest, in Hz. */
  readonly noiseCentre: number
}

/** A speech sound; without formants it keeps those of the sound before it. */
interface Phone {
  readonly seconds: number
  readonly formants?: readonly [number, number, number]
  readonly voicing?: number
  readonly noise?: number
  readonly noiseCentre?: number
  /** Stops are closed for their first part, and burst. */
  readonly stop?: boolean
}

type Formants = readonly [number, number, number]

/** Average formants of American English vowels, after Peterson and Barney (1952). */
const vowels: ReadonlyArray<Formants> = [
  [730, 1090, 2440],
  [530, 1840, 2480],
  [270, 2290, 3010],
  [570, 840, 2410],
  [300, 870, 2240],
  [660, 1720, 2410],
  [490, 1350, 1690]
]

const s: Phone = { seconds: 0.09, noise: 0.3, noiseCentre: 5200 }
const m: Phone = { seconds: 0.065, voicing: 0.55, formants: [250, 1000, 2200] }
const n: Phone = { seconds: 0.06, voicing: 0.55, formants: [250, 1500, 2500] }
const l: Phone = { seconds: 0.06, voicing: 0.7, formants: [350, 1050, 2800] }
const r: Phone = { seconds: 0.06, voicing: 0.7, formants: [330, 1100, 1500] }
const sh: Phone = { seconds: 0.095, noise: 0.32, noiseCentre: 2900 }
const f: Phone = { seconds: 0.08, noise: 0.1, noiseCentre: 4000 }
const z: Phone = { ...s, seconds: 0.07, voicing: 0.4, noise: 0.15, formants: [280, 1500, 2500] }
const p: Phone = { stop: true, seconds: 0.07, noise: 0.35, noiseCentre: 900 }
const t: Phone = { stop: true, seconds: 0.07, noise: 0.4, noiseCentre: 4000 }
const k: Phone = { stop: true, seconds: 0.075, noise: 0.4, noiseCentre: 1900 }
const b: Phone = { ...p, seconds: 0.055, voicing: 0.15, noise: 0.18, formants: [220, 900, 2200] }
const d: Phone = { ...t, seconds: 0.055, voicing: 0.15, noise: 0.2, formants: [220, 1700, 2600] }

const onsets = [s, sh, f, z, m, n, l, r, p, t, k, b, d]
const codas = [n, m, s, l]

/** Random syllables, each a consonant and a vowel and one in four closed by another consonant. */
export const make = (syllables: number, rate: number, random: Random): ReadonlyArray<Frame> => {
  const frames: Array<Frame> = []
  let formants: Formants = [500, 1500, 2500]
  for (const phone of phones(syllables, random)) {
    formants = phone.formants ?? formants
    const seconds = (phone.seconds / rate) * random.between(0.85, 1.15)
    const length = Math.max(3, Math.round(seconds / frameSeconds))
    for (let i = 0; i < length; i++) frames.push(frame(phone, formants, i / length))
  }
  return coarticulate(frames)
}

const phones = function* (syllables: number, random: Random): Generator<Phone> {
  for (let i = 0; i < syllables; i++) {
    yield random.pick(onsets)
    const [first, second, third] = random.pick(vowels)
    const miss = () => random.between(0.95, 1.05)
    yield {
      formants: [first * miss(), second * miss(), third * miss()],
      voicing: 1,
      seconds: random.between(0.09, 0.17)
    }
    if (random.next() < 0.25) yield random.pick(codas)
  }
}

/** The share of a stop for which the mouth is closed. */
const closure = 0.6

const frame = (phone: Phone, formants: Formants, progress: number): Frame => {
  const { voicing = 0, noise = 0, noiseCentre = 0 } = phone
  const sound = { formants, voicing, noise, noiseCentre }
  if (!phone.stop) return sound
  return progress < closure
    ? { ...sound, noise: 0 }
    : { ...sound, voicing: 0, noise: (noise * (1 - progress)) / (1 - closure) }
}

/** Sounds run into each other: each track is a moving average, the tongue slower than the voice. */
const coarticulate = (frames: ReadonlyArray<Frame>): ReadonlyArray<Frame> => {
  const first = smooth(
    frames.map((frame) => frame.formants[0]),
    4
  )
  const second = smooth(
    frames.map((frame) => frame.formants[1]),
    5
  )
  const third = smooth(
    frames.map((frame) => frame.formants[2]),
    5
  )
  const voicing = smooth(
    frames.map((frame) => frame.voicing),
    2
  )
  const noise = smooth(
    frames.map((frame) => frame.noise),
    1
  )
  return frames.map((frame, i) => ({
    formants: [first[i]!, second[i]!, third[i]!],
    voicing: voicing[i]!,
    noise: noise[i]!,
    noiseCentre: frame.noiseCentre
  }))
}

const smooth = (track: ReadonlyArray<number>, reach: number): ReadonlyArray<number> =>
  track.map((_, i) => {
    const near = track.slice(Math.max(0, i - reach), i + reach + 1)
    return near.reduce((sum, value) => sum + value, 0) / near.length
  })
