/** Sweeps: hyperparameter search over runs of a pipeline (`holdfast sweep`). */
export { importance, leastTrials, type Measured } from "./Importance.js"
export * as SearchAlgorithm from "./SearchAlgorithm.js"
export * as Space from "./space/Space.js"
export * as Sweep from "./Sweep.js"
export type { Outcome, Ticket } from "./Ticket.js"
export * as TrialScheduler from "./TrialScheduler.js"
