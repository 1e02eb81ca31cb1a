import { exp } from "../../backends/DeterministicMath.js"
import * as Random from "./Random.js"

/** What sets one synthetic speaker apart from another. */
export interface Voice {
  /** The fundamental frequency in Hz, and how it moves: parts of itself, and vibrato. */
  readonly pitch: number
  readonly accent: number
  readonly declination: number
  readonly vibrato: number
  /** How irregular the glottal pulses are in time and in strength. */
  readonly jitter: number
  readonly shimmer: number
  /** The part of a glottal period in which the glottis is open. */
  readonly openQuotient: number
  readonly breath: number
  /** How much weaker high frequencies of the source are, 0 to 1. */
  readonly tilt: number
  /** All formants as a multiple of an average tract's: short tracts are above 1. */
  readonly formantScale: number
  /** The lowest three formants as multiples of what the vowel asks. */
  readonly formantDeviation: readonly [number, number, number]
  /** In Hz; no vowel moves it, and the fifth lies above what is recorded. */
  readonly fourthFormant: number
  readonly bandwidthScale: number
  /** The centre of hissing sounds as a multiple of the average. */
  readonly sibilance: number
  /** Speaking rate as a multiple of the average. */
  readonly rate: number
}

/** One for each trait; those whose roots lie too near whole numbers are left out. */
const primes = [5, 3, 7, 11, 13, 19, 23, 29, 31, 41, 43, 53, 59, 71, 73, 83, 89]

/**
 * The voice of the `speaker`-th speaker of a seed, whatever the number of speakers.
 *
 * Each trait steps through its range by the fractional part of a square root: a Kronecker sequence,
 * which spreads any number of speakers evenly where independent draws would let some coincide.
 */
export const make = (seed: number, speaker: number): Voice => {
  const offsets = Random.make(seed)
  const steps = primes.map(Math.sqrt).values()
  const spread = () => (offsets.next() + speaker * (steps.next().value ?? 0)) % 1
  const within = (low: number, high: number) => low + (high - low) * spread()

  const height = spread()
  return {
    // From 100 to 200 Hz.
    pitch: 100 * exp(Math.LN2 * height),
    // High voices mostly come from short tracts, but not quite in proportion.
    formantScale: 0.93 + 0.12 * height + within(0, 0.08),
    formantDeviation: [within(0.96, 1.04), within(0.96, 1.04), within(0.96, 1.04)],
    fourthFormant: within(3200, 3500),
    bandwidthScale: within(0.85, 1.25),
    tilt: within(0.3, 0.6),
    openQuotient: within(0.5, 0.7),
    breath: within(0.01, 0.04),
    jitter: within(0.004, 0.02),
    shimmer: within(0.02, 0.08),
    rate: within(0.9, 1.1),
    accent: within(0.08, 0.25),
    declination: within(0.05, 0.2),
    vibrato: within(0, 0.015),
    sibilance: within(0.92, 1.08)
  }
}

/** The voice as it is on one occasion: nobody speaks quite the same twice. */
export const onOccasion = (voice: Voice, random: Random.Random): Voice => {
  const vary = (trait: number, part: number) => trait * random.between(1 - part, 1 + part)
  const [first, second, third] = voice.formantDeviation
  return {
    ...voice,
    pitch: vary(voice.pitch, 0.07),
    formantScale: vary(voice.formantScale, 0.012),
    formantDeviation: [vary(first, 0.012), vary(second, 0.012), vary(third, 0.012)],
    fourthFormant: vary(voice.fourthFormant, 0.016),
    bandwidthScale: vary(voice.bandwidthScale, 0.15),
    tilt: vary(voice.tilt, 0.15),
    openQuotient: vary(voice.openQuotient, 0.06),
    breath: vary(voice.breath, 0.3),
    rate: vary(voice.rate, 0.06)
  }
}
