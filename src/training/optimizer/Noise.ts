import * as tf from "../../tf.js"
import { pow } from "../../backends/DeterministicMath.js"
import { normal } from "../Random.js"
import type { GradientTransformation } from "./GradientTransformation.js"

/** Options of `gradientNoise`, as `training.gradient_noise` has them. */
export interface GradientNoise {
  /** The variance of the noise in the first update; 0.01 unless given. */
  readonly eta?: number
  /** How fast it falls: in update t it is eta / tᵞ; 0.55 unless given. */
  readonly gamma?: number
}

/**
 * Adds Gaussian noise to each element of the gradients, of variance eta / tᵞ in update t (Neelakantan et
 * al., "Adding Gradient Noise Improves Learning for Very Deep Networks", arXiv:1511.06807). It is drawn
 * from the randomness of the run, so that training resumes exactly.
 */
export const gradientNoise = ({
  eta = 0.01,
  gamma = 0.55
}: GradientNoise = {}): GradientTransformation => ({
  transform: ({ gradients, rng, step }) => {
    const deviation = Math.sqrt(eta / pow(step, gamma))
    const draw = normal(rng)
    // By name, since the order of gradients is that of the backend.
    const names = [...gradients.keys()].toSorted()
    const noise = new Map(
      names.map((name) => {
        const { shape, size } = gradients.get(name)!
        const values = new Float32Array(size)
        for (let i = 0; i < size; i++) values[i] = draw() * deviation
        return [name, tf.tensor(values, shape)]
      })
    )
    return {
      gradients: new Map([...gradients].map(([name, one]) => [name, one.add(noise.get(name)!)]))
    }
  }
})
