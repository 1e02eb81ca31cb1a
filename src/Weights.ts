/** The weights of models, by the names that checkpoints give them. */
export { load, type LoadOptions } from "./training/LoadWeights.js"
export { ofModel, tensorOf, type Weight } from "./training/Weights.js"
