import { cosPi, exp } from "../../backends/DeterministicMath.js"
import * as Phrase from "./Phrase.js"
import type { Random } from "./Random.js"
import * as Voice from "./Voice.js"

/** Of every synthetic voice, in Hz. */
export const sampleRate = 8000

/** Of the four formants, in Hz, before the voice's own scale. */
const bandwidths = [60, 90, 130, 200]

/**
 * One utterance of four to six random syllables: a source-filter synthesiser in the manner of Klatt
 * (1980), a pulse train with breath through a cascade of four formants, beside it a branch for the
 * noise of consonants; then a microphone at another distance each time, and a little background noise.
 */
export const utterance = (speaker: Voice.Voice, random: Random): Float32Array => {
  const voice = Voice.onOccasion(speaker, random)
  const syllables = 4 + Math.floor(random.next() * 3)
  return record(speak(voice, Phrase.make(syllables, voice.rate, random), random), random)
}

const speak = (voice: Voice.Voice, frames: ReadonlyArray<Phrase.Frame>, random: Random) => {
  const samplesPerFrame = Math.round(sampleRate * Phrase.frameSeconds)
  const before = Math.round(sampleRate * random.between(0.03, 0.08))
  const after = Math.round(sampleRate * random.between(0.04, 0.1))
  const output = new Float64Array(before + frames.length * samplesPerFrame + after)

  const intonation = makeIntonation(voice, random)
  const source = makeSource(voice, random)
  const tract = bandwidths.map(() => new Resonator())
  const hiss = new Resonator()

  frames.forEach((frame, f) => {
    const pitch = voice.pitch * intonation(f / frames.length, f * Phrase.frameSeconds)
    const formants = [
      ...frame.formants.map(
        (formant, i) => formant * voice.formantDeviation[i]! * voice.formantScale
      ),
      voice.fourthFormant
    ]
    tract.forEach((resonator, i) =>
      resonator.tune(formants[i]!, bandwidths[i]! * voice.bandwidthScale, "zero")
    )
    hiss.tune(frame.noiseCentre * voice.sibilance, 900, "peak")
    for (let i = 0; i < samplesPerFrame; i++) {
      const noise = 2 * random.next() - 1
      let sample = source(pitch, noise) * frame.voicing
      for (const resonator of tract) sample = resonator.pass(sample)
      output[before + f * samplesPerFrame + i] = sample + hiss.pass(noise * frame.noise) * hissGain
    }
  })
  return output
}

/** Brings the parallel branch to the loudness of consonants beside vowels. */
const hissGain = 1.5

/** Pitch over an utterance as a multiple of its base: an accent, a decline and vibrato. */
const makeIntonation = (voice: Voice.Voice, random: Random) => {
  const accentAt = random.between(0.3, 0.7)
  // In periods.
  const vibratoPhase = random.between(0, 1)
  return (progress: number, seconds: number): number =>
    1 +
    voice.accent * exp(-((progress - accentAt) * (progress - accentAt)) / 0.02) -
    voice.declination * progress +
    voice.vibrato * sine(vibratoPhase + 5.5 * seconds)
}

/** The sine after so many periods. */
const sine = (periods: number): number => {
  const halves = Math.abs(2 * (periods - Math.floor(periods)) - 0.5)
  return cosPi(halves > 1 ? 2 - halves : halves)
}

/** The derivative of the glottal flow after KLGLOTT88 (Klatt and Klatt, 1990), with breath. */
const makeSource = (voice: Voice.Voice, random: Random) => {
  let phase = 0
  let stretch = 1
  let strength = 1
  let smoothed = 0
  return (pitch: number, noise: number): number => {
    if (phase >= 1) {
      phase -= 1
      stretch = 1 + voice.jitter * random.between(-1, 1)
      strength = 1 + voice.shimmer * random.between(-1, 1)
    }
    phase += (pitch * stretch) / sampleRate
    const open = phase < voice.openQuotient
    const time = phase / voice.openQuotient
    const pulse = open ? strength * (2 * time - 3 * time * time) : 0
    const breath = (open ? 4 : 1.2) * voice.breath * noise
    smoothed = (1 - voice.tilt) * (pulse + breath) + voice.tilt * smoothed
    return smoothed
  }
}

/** A second-order resonance. */
class Resonator {
  private input = 1
  private last = 0
  private beforeLast = 0
  private output1 = 0
  private output2 = 0

  /** Formants leave 0 Hz as it is; a band of noise is about equally loud wherever it lies. */
  tune(hertz: number, bandwidth: number, unitGainAt: "zero" | "peak"): void {
    const radius = exp((-Math.PI * bandwidth) / sampleRate)
    this.last = 2 * radius * cosPi((2 * Math.min(hertz, 0.47 * sampleRate)) / sampleRate)
    this.beforeLast = -radius * radius
    this.input = unitGainAt === "zero" ? 1 - this.last - this.beforeLast : 1 - radius
  }

  pass(sample: number): number {
    const output = this.input * sample + this.last * this.output1 + this.beforeLast * this.output2
    this.output2 = this.output1
    this.output1 = output
    return output
  }
}

/** What a microphone makes of it: another gain and tone each time, and background noise. */
const record = (sound: Float64Array, random: Random): Float32Array => {
  const peak = sound.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 1e-9)
  const gain = random.between(0.2, 0.6) / peak
  const tone = random.between(-0.5, 0.5)
  // The root mean square of the sum below is half of this: 40 to 56 dB below the peak.
  const noise = random.between(0.003, 0.02) * peak
  let previous = 0
  return Float32Array.from(sound, (sample) => {
    const heard = sample + tone * previous
    previous = sample
    // The sum of three uniform numbers is near enough to a normal one.
    const background = noise * (random.next() + random.next() + random.next() - 1.5)
    return gain * (heard + background)
  })
}
