import * as tf from "../tf.js"
import * as Effect from "effect/Effect"
import { english, t } from "../language/Text.js"
import type { BackendError } from "../backends/BackendError.js"
import * as Norm from "../backends/Norm.js"
import * as Readback from "../backends/Readback.js"
import type { Batch, Sized, Values } from "../data/Batch.js"
import { inputArrays } from "../data/Layout.js"
import type { Rng } from "../data/Dataset.js"
import { phasesOf, type BoundPhase } from "./BoundPhase.js"
import type { Diverged } from "./Diverged.js"
import * as Divergence from "./Divergence.js"
import * as DivergencePolicy from "./DivergencePolicy.js"
import type { Measured } from "./metric/Metric.js"
import type { Gradients } from "./optimizer/GradientTransformation.js"
import type { LossFunction, Models, StepPosition } from "./Phase.js"
import { gradientsOf, type PhaseGradients } from "./PhaseGradients.js"
import type { Progress } from "./Progress.js"
import * as Random from "./Random.js"
import type { Run } from "./Run.js"
import { learningRate, type RunFields } from "./RunFields.js"
import type { Watch } from "./StepWatch.js"
import * as Sharded from "./shards/ShardedGradients.js"
import * as Undo from "./Undo.js"
import * as Workers from "./workers/Workers.js"
import type { Checked, UnreadStep } from "./UnreadSteps.js"

/** What was read of a batch for its metrics, by name: `loss`, and further ones. */
export type MeasuredBatch = Readonly<Record<string, Measured>>

/** What a training step is given. */
export interface StepInput<out B extends Sized = Batch> {
  readonly run: Run
  readonly batch: B
  /** Where the run is before the step. */
  readonly position: Progress
  /** Uniform in [0, 1), derived from the seed and the position. Draw from nothing else. */
  readonly rng: Rng
  /** What the gradients of a phase pass through before the update; the identity unless given. */
  readonly combine?: Combine | undefined
  /** What is measured of the gradients of each phase. */
  readonly measures?: Measures | undefined
  /** Called after each update of weights. */
  readonly onUpdate?: (() => void) | undefined
  /** Sees the gradients of each phase, and the weights after their update. */
  readonly watch?: Watch | undefined
  /** Has what is waited for be interruptible, where the step as such is not. */
  readonly restore?:
    (<A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) | undefined
}

/** What a step does beside its phases. */
export type StepExtra = Pick<StepInput, "combine" | "measures" | "onUpdate" | "watch">

/** What the step at `position` is given. */
export const inputOf = <B extends Sized>(
  run: Run,
  batch: B,
  position: Progress,
  extra?: StepExtra
): StepInput<B> => ({
  ...extra,
  run,
  batch,
  position,
  rng: Random.generator(run.random, "step", position.epoch, position.step)
})

/**
 * Gives the gradients that update the weights, from those that a phase has computed on the batch:
 * their average over several workers, say. Synchronous; tensors that it makes are disposed for it.
 */
export type Combine = (gradients: Gradients, phase: string) => Gradients

/** Scalars of the gradients of a phase, by the names of the metrics that they become. */
export type Measures = Readonly<Record<string, (gradients: Gradients) => tf.Scalar>>

/**
 * A training step: updates the weights, and gives the metrics of the batch; null for a step that has
 * diverged and is skipped, which must have changed nothing.
 */
export type Step<out E = never, out R = never, in B extends Sized = Batch> = (
  input: StepInput<B>
) => Effect.Effect<MeasuredBatch | null, E, R>

/**
 * The step of the run's phases, in order: gradients → combine → transform → update for each. Several
 * phases measure `<phase>_loss` each, and `loss` is the sum. Must not be interrupted.
 */
export const phases: Step<BackendError | Diverged, never, Sized> = (input) => {
  const step = overPhases(input.run, (phase) => minimizePhase(input, phase, phase.loss))
  return phasesOf(input.run).length === 1 ? step : Undo.onSkip(input.run, step)
}

/**
 * Updates the weights of a phase of the run, the first unless `options.phase` names another, by the
 * gradients of `loss` on the batch: what a custom step is made of. Divergence is looked for as in
 * the run's own steps. Gives the metrics, or null if the batch is to be skipped.
 *
 * @example
 * ```ts
 * import * as tf from "holdfast/tf"
 * import { Stages, TrainStep } from "holdfast"
 *
 * // Trains an autoencoder: the inputs are the labels.
 * export const train = Stages.trainEpochWith({
 *   step: (input: TrainStep.StepInput) =>
 *     TrainStep.minimize(input, ({ batch, models, training }) => {
 *       const inputs = tf.tensor(batch.inputs, [batch.size, 16])
 *       const output = models["model"]!.apply(inputs, { training }) as tf.Tensor
 *       return { loss: tf.losses.meanSquaredError(inputs, output) as tf.Scalar }
 *     })
 * })
 * ```
 */
export const minimize = <B extends Sized>(
  input: StepInput<B>,
  loss: LossFunction<Models, B>,
  options: { readonly phase?: string } = {}
): Effect.Effect<MeasuredBatch | null, BackendError | Diverged> =>
  Effect.suspend(() => {
    const phases = phasesOf(input.run)
    const phase = options.phase === undefined ? phases[0] : byName(phases, options.phase)
    return phase === undefined
      ? Effect.dieMessage(
          t`the run has no phase called ${options.phase}; it has ${phases.map(({ name }) => name).join(", ")}`
        )
      : minimizePhase(input, phase, loss)
  })

/**
 * The same step as `phases`, with nothing read: what a device that computes meanwhile would have to be
 * waited for. Whether it has diverged shows only when it is read, so that it cannot be skipped.
 */
export const unread = (input: StepInput<Sized>): Effect.Effect<UnreadStep, BackendError> =>
  Readback.attempt(() => {
    const phases = phasesOf(input.run)
    let each: ReadonlyArray<Computed> = []
    tf.tidy(() => {
      each = phases.map((phase) => unreadPhase(input, phase))
      // Not before all phases have succeeded: a failed step leaves no tensor behind.
      for (const { metrics } of each) for (const name in metrics) tf.keep(metrics[name]!)
    })
    return {
      tensors: each.flatMap(({ metrics }) => Object.values(metrics)),
      check: (values) => {
        const measured: Array<MeasuredBatch> = []
        let taken = 0
        for (const computed of each) {
          const read: Record<string, Measured> = {}
          for (const name in computed.metrics) read[name] = values[taken++]!
          const checked = check(input, read, computed)
          if ("oddity" in checked) return checked
          measured.push(checked.measured)
        }
        return { measured: joined(phases, measured) }
      }
    }
  })

const unreadPhase = (input: StepInput<Sized>, phase: BoundPhase): Computed => {
  let computed: Computed
  const metrics = tf.tidy((): Record<string, tf.Tensor> => {
    computed = Random.withMathRandom(input.rng, () =>
      measured(input, gradients(input, phase, phase.loss))
    )
    update(input, phase, computed.gradients)
    return { ...computed.metrics }
  })
  return { ...computed!, metrics }
}

const byName = (phases: ReadonlyArray<BoundPhase>, name: string) =>
  phases.find((phase) => phase.name === name)

/** Under this name the norm of the gradients is read along with the metrics. */
const normName = english`gradient norm`

/** What a phase has come to before it changes a weight. */
type Computed = PhaseGradients & Partial<Pick<Sharded.ShardedGradients, "merge">>

/** How a phase ended: with its metrics, with null if the step is skipped, or with what is odd. */
type Ended =
  | { readonly measured: MeasuredBatch | null }
  | { readonly oddity: Divergence.Oddity; readonly gradients: Gradients }

/**
 * Computes loss and gradients, reads the scalars, for which WebGPU has to be waited; then updates the
 * weights, unless the numbers have diverged. Interrupted while workers compute, it has changed nothing.
 */
const minimizePhase = <B extends Sized>(
  input: StepInput<B>,
  phase: BoundPhase,
  loss: LossFunction<Models, B>
): Effect.Effect<MeasuredBatch | null, BackendError | Diverged> =>
  Effect.suspend(() => {
    const { batch, position, restore, rng, run } = input
    // Workers know the losses of the run's phases, not that of a custom step.
    const workers = loss === phase.loss ? Workers.of(run) : null
    if (workers === null) return minimizeBy(input, phase, () => gradients(input, phase, loss))
    const at = { batch, position, rng }
    const computed = workers.gradients(phase, phasesOf(run).indexOf(phase), at)
    return Effect.flatMap(restore === undefined ? computed : restore(computed), (joined) =>
      minimizeBy(input, phase, joined ?? (() => gradients(input, phase, loss)))
    )
  })

/** The same, by what gives the gradients. */
const minimizeBy = <B extends Sized>(
  input: StepInput<B>,
  phase: BoundPhase,
  gradients: () => Computed
): Effect.Effect<MeasuredBatch | null, BackendError | Diverged> =>
  Effect.suspend(() => {
    const { batch, position, run } = input
    const policy = run.config.training.on_divergence
    const undo = policy.name === "skip" ? Undo.ofForwardPass(run) : null
    const forth = () => Random.withMathRandom(input.rng, () => measured(input, gradients()))
    const back = (computed: Computed, read: Record<string, Measured>): Ended => {
      const { gradients } = computed
      const checked = check(input, read, computed)
      if (!("oddity" in checked)) {
        update(input, phase, gradients)
        undo?.dispose()
        return checked
      }
      if (DivergencePolicy.afterStep(policy, position.divergence) === "skip") {
        undo?.restore()
        undo?.dispose()
        return { measured: null }
      }
      undo?.dispose()
      const kept = [...gradients].map(([name, one]) => [name, tf.keep(tf.clone(one))] as const)
      return { ...checked, gradients: new Map(kept) }
    }
    return Effect.flatMap(Readback.between(forth, back), (ended) =>
      "measured" in ended
        ? Effect.succeed(ended.measured)
        : Divergence.inStep(run, position, ended.oddity, inputArrays(batch), ended.gradients).pipe(
            Effect.tapErrorCause(() => Effect.sync(() => tf.dispose([...ended.gradients.values()])))
          )
    )
  })

/** Loss and gradients, computed on this thread. */
const gradients = <B extends Sized>(
  { batch, position, rng, run }: StepInput<B>,
  phase: BoundPhase,
  loss: LossFunction<Models, B>
): Computed =>
  Sharded.shardCount(run) === 1
    ? gradientsOf(phase, loss, { batch, models: run.models, position, rng, training: true })
    : Sharded.inline(run, phase, loss, { batch, position })

/** The same, with what is measured of the gradients. */
const measured = <B extends Sized>(
  { measures, position, run }: StepInput<B>,
  computed: Computed
): Computed => {
  const { gradients } = computed
  const policy = run.config.training.on_divergence
  const metrics: Record<string, tf.Tensor> = { ...computed.metrics }
  try {
    for (const name in measures) metrics[name] = measures[name]!(gradients)
  } catch (error) {
    tf.dispose(computed.metrics as Record<string, tf.Tensor>)
    throw error
  }
  if (
    DivergencePolicy.looksAtGradient(policy, position.globalStep) ||
    isNormLogged(run, position)
  ) {
    metrics[normName] = Norm.norm([...gradients.values()])
  }
  return { ...computed, metrics }
}

const update = (
  { combine, onUpdate, position, run, watch }: StepInput<Sized>,
  phase: BoundPhase,
  gradients: Gradients
) => {
  const whenUpdated = watch?.(position, gradients)
  const combined = combine === undefined ? gradients : combine(gradients, phase.name)
  const { epoch, step } = position
  const rng = Random.generator(run.random, "optimizer", phase.name, epoch, step)
  if (phase.optimizer.apply(combined, learningRate(run, position), rng)) {
    // A constraint (max-norm, say) is part of the weight: to write it again projects it.
    for (const { variable } of phase.constrained) variable.write(tf.clone(variable.read()))
    onUpdate?.()
  }
  whenUpdated?.()
}

const isNormLogged = ({ config }: RunFields, { globalStep }: Progress): boolean => {
  // A config that was not made by `Config.make` may lack it.
  const { log_gradient_norm: every = null } = config.training
  return every !== null && globalStep % every === 0
}

/** The gradients of the step that a run has measured last: the sum of their squares, of all phases. */
const measuredNorms = new WeakMap<object, { readonly at: number; readonly squares: number }>()

/** The norm of the gradients of all phases in the step at a position; null: it was not measured. */
export const gradientNormOf = (
  { optimizers }: RunFields,
  { globalStep }: Progress
): number | null => {
  const measured = measuredNorms.get(optimizers)
  return measured?.at === globalStep ? Math.sqrt(measured.squares) : null
}

/** The metrics of a phase, or what is odd about it, from what was read of it. */
const check = (
  input: StepInput<Sized>,
  { [normName]: normRead, ...others }: Record<string, Measured>,
  { merge, weight }: Pick<Computed, "merge" | "weight">
): Checked => {
  const { position, run } = input
  const norm = normRead?.[0]
  const read = merge === undefined ? others : merge(others)
  if (norm !== undefined) {
    const at = position.globalStep
    const before = measuredNorms.get(run.optimizers)
    const others = before?.at === at ? before.squares : 0
    measuredNorms.set(run.optimizers, { at, squares: others + norm * norm })
  }
  // What is only logged must not change what training does.
  const policy = run.config.training.on_divergence
  const isLookedAt = DivergencePolicy.looksAtGradient(policy, position.globalStep)
  const oddity = Divergence.oddityOf(run, read["loss"]![0]!, isLookedAt ? norm : undefined)
  return oddity === null ? { measured: counted(read, input, weight) } : { oddity }
}

/** With what the loss counts; and means of gradients, which count for each example. In place. */
const counted = (
  read: Record<string, Measured>,
  { batch, measures }: Pick<StepInput<Sized>, "batch" | "measures">,
  weight: number | undefined
): MeasuredBatch => {
  if (weight !== undefined) read["loss"] = [read["loss"]![0]!, weight]
  for (const name in measures) read[name] = [read[name]![0]! * batch.size]
  return read
}

/** What a batch shows without training on it: its metrics, and the outputs of the model that are looked at. */
export interface EvaluatedBatch {
  readonly measured: MeasuredBatch
  readonly outputs: Readonly<Record<string, Values>>
}

/** The metrics of a batch without training on it: layers behave as in use, no dropout. */
export const evaluate = (input: StepInput<Sized>): Effect.Effect<MeasuredBatch, BackendError> =>
  Effect.map(evaluateWithOutputs(input), ({ measured }) => measured)

/** The same, with outputs: of a run without phases of its own. */
export const evaluateWithOutputs = (
  input: Pick<StepInput<Sized>, "batch" | "rng" | "run"> & { readonly position: StepPosition }
): Effect.Effect<EvaluatedBatch, BackendError> =>
  Effect.suspend(() => {
    const outputs: Record<string, Values> = {}
    const measured = overPhases(input.run, ({ loss }) => {
      const { batch, position, rng, run } = input
      let weight: number | undefined
      const compute = () =>
        Random.withMathRandom(rng, () => {
          const computed = loss({ batch, models: run.models, position, rng, training: false })
          weight = computed.weight
          const all: Record<string, tf.Tensor> = {
            ...(typeof computed.metrics === "function" ? computed.metrics() : computed.metrics),
            loss: computed.loss
          }
          for (const name in computed.outputs) all[outputName + name] = computed.outputs[name]!
          return all
        })
      return Effect.map(Readback.arrays(compute), (read) => {
        for (const name in read) {
          if (!name.startsWith(outputName)) continue
          outputs[name.slice(outputName.length)] = read[name]!
          delete read[name]
        }
        return counted(read, { batch }, weight)
      })
    })
    return Effect.map(measured, (measured) => ({ measured, outputs }))
  })

/** Names with this prefix are those of outputs, which are read along with the metrics. */
const outputName = "output:"

/** Does `body` for each phase in order; gives the metrics of all, null as soon as one gives null. */
const overPhases = <A extends MeasuredBatch | null, E>(
  run: RunFields,
  body: (phase: BoundPhase) => Effect.Effect<A, E>
): Effect.Effect<A, E> => {
  const phases = phasesOf(run)
  return phases.length === 1
    ? body(phases[0]!)
    : Effect.gen(function* () {
        const each: Array<MeasuredBatch> = []
        for (const phase of phases) {
          const measured = yield* body(phase)
          if (measured === null) return measured
          each.push(measured)
        }
        return joined(phases, each) as A
      })
}

/** The metrics of all phases: the loss of each under the phase's name, and `loss`, their sum. */
const joined = (
  phases: ReadonlyArray<BoundPhase>,
  each: ReadonlyArray<MeasuredBatch>
): MeasuredBatch => {
  if (phases.length === 1) return each[0]!
  const all: Record<string, Measured> = {}
  let total = 0
  each.forEach(({ loss, ...metrics }, i) => {
    total += loss![0]!
    all[`${phases[i]!.name}_loss`] = loss!
    Object.assign(all, metrics)
  })
  all["loss"] = [total]
  return all
}
