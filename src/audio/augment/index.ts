/** Functions that change recordings at random, as `data.augment` does, for custom datasets. */
export { AugmentConfig, off } from "./AugmentConfig.js"
export { draw, type Plan } from "./plan.js"
export { applyMasks, drawMasks, type Masks, type SpecAugment } from "./specAugment.js"
export {
  addNoise,
  changeSpeed,
  pinkNoise,
  reverberate,
  simulatedImpulse,
  whiteNoise
} from "./waveform.js"
