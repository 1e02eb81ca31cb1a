import type { Rng } from "../../data/Dataset.js"
import type { AugmentConfig } from "./AugmentConfig.js"
import { drawMasks, type Masks } from "./specAugment.js"

/** The numbers of one example, drawn once; those from 0 to 1 choose a place in what is not known here. */
export interface Plan {
  /** Where in the recording it begins. */
  readonly place: number
  readonly speed: number
  readonly room: {
    readonly rt60: number
    readonly ratio: number
    readonly seed: number
    /** Which impulse response of a folder. */
    readonly which: number
  } | null
  readonly noise: {
    readonly snr: number
    readonly seed: number
    /** Which recording of a folder, and where in it. */
    readonly which: number
    readonly at: number
  } | null
  readonly masks: Masks | null
}

/** Simulated reverberation is weaker than the direct sound by up to this, in decibels. */
const mostRatio = 10

/** Draws as many numbers for all that is not drawn for, so that one augmentation moves no other. */
export const draw = (
  { noise, reverberation, spec_augment, speed }: AugmentConfig,
  frames: number,
  mels: number,
  rng: Rng
): Plan => {
  const between = (low: number, high: number, x: number) => low + (high - low) * x
  const seed = (x: number) => Math.floor(x * 2 ** 32)
  const [place, fast, isWet, roomSeed, rt60, ratio, isNoisy, noiseSeed, at, snr] = Array.from(
    { length: 10 },
    rng
  ) as [number, number, number, number, number, number, number, number, number, number]
  return {
    place,
    speed: speed[Math.floor(fast * speed.length)] ?? 1,
    room:
      reverberation !== null && isWet < reverberation.probability
        ? {
            rt60: between(reverberation.rt60_min, reverberation.rt60_max, rt60),
            ratio: mostRatio * ratio,
            seed: seed(roomSeed),
            which: roomSeed
          }
        : null,
    noise:
      noise !== null && isNoisy < noise.probability
        ? {
            snr: between(noise.snr_min, noise.snr_max, snr),
            seed: seed(noiseSeed),
            which: noiseSeed,
            at
          }
        : null,
    masks: spec_augment === null ? null : drawMasks(spec_augment, frames, mels, rng)
  }
}
