import type { LayersModel, Variable } from "../tf.js"
import { penaltiesOf, type Penalty } from "../backends/tfjs/layers/Penalties.js"
import type { Sized } from "../data/Batch.js"
import type { Optimizer } from "./Optimizer.js"
import { partsOf } from "./ModelParts.js"
import type { EvaluatedLoss, LossInput, Models, Phase } from "./Phase.js"
import type { RunFields } from "./RunFields.js"
import { supervised } from "./Supervised.js"
import { ofModel, tensorOf, type Weight } from "./Weights.js"

/** A phase of a run: its optimizer made, its weights found. */
export interface BoundPhase {
  readonly name: string
  readonly loss: (input: LossInput<Models, Sized>) => EvaluatedLoss
  /** The weights that it updates, and their variables in the same order. */
  readonly weights: ReadonlyArray<Weight>
  readonly variables: ReadonlyArray<Variable>
  /** Those of the weights that have a constraint. */
  readonly constrained: ReadonlyArray<Weight>
  /** The terms that the regularizers of the models that it trains add to its loss. */
  readonly penalties: ReadonlyArray<Penalty>
  readonly optimizer: Optimizer
}

/** The phases of a run's step, in order. */
export const phasesOf = (run: RunFields): ReadonlyArray<BoundPhase> => {
  const found = known.get(run) ?? bindAll(run)
  known.set(run, found)
  return found
}

// Asked for in every step.
const known = new WeakMap<RunFields, ReadonlyArray<BoundPhase>>()

/** The weights of the models that a phase trains. */
export const trainedBy = (
  { trains }: Pick<Phase<never, never>, "trains">,
  models: Models
): ReadonlyArray<Weight> => {
  const trainable = partsOf({ models }).weights.filter((weight) => weight.trainable)
  if (typeof trains === "function") return trainable.filter(({ name }) => trains(name))
  const model = models[trains]
  const own = new Set(model === undefined ? [] : ofModel(model).map(({ variable }) => variable))
  return trainable.filter(({ variable }) => own.has(variable))
}

const bindAll = (run: RunFields): ReadonlyArray<BoundPhase> => {
  const { dataset, model, models, objective, optimizer, optimizers } = run
  if (!("phases" in objective)) {
    const { penalties, weights } = partsOf(run)
    const trained = weights.filter(({ trainable }) => trainable)
    const { mixup } = run.config.training
    const loss = supervised(objective, dataset, model, mixup) as BoundPhase["loss"]
    return [bind({ name: "supervised", loss, optimizer, penalties }, trained)]
  }
  return objective.phases.map((phase) => {
    const { name } = phase
    const loss = phase.loss as BoundPhase["loss"]
    const trained = trainedBy(phase, models)
    const penalties = Object.values(models)
      .filter((one) => hasAny(one, trained))
      .flatMap(penaltiesOf)
    return bind({ name, loss, optimizer: optimizers[name]!, penalties }, trained)
  })
}

const hasAny = (model: LayersModel, weights: ReadonlyArray<Weight>) =>
  ofModel(model).some((own) => weights.some(({ variable }) => variable === own.variable))

const bind = (
  phase: Pick<BoundPhase, "name" | "loss" | "optimizer" | "penalties">,
  weights: ReadonlyArray<Weight>
): BoundPhase => ({
  ...phase,
  weights,
  variables: weights.map(tensorOf),
  constrained: weights.filter(({ variable }) => variable.constraint != null)
})
