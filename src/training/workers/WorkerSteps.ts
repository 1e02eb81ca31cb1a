import * as Effect from "effect/Effect"
import type { Sized } from "../../data/Batch.js"
import type { Rng } from "../../data/Dataset.js"
import type { BoundPhase } from "../BoundPhase.js"
import type { StepPosition } from "../Phase.js"
import type { RunFields } from "../RunFields.js"
import { shardCount, type ShardedGradients } from "../shards/ShardedGradients.js"
import { shardsOf } from "../shards/Shards.js"
import type * as GradientSlots from "./GradientSlots.js"
import * as JoinedShards from "./JoinedShards.js"
import { makePacker, type Packed } from "./PackedBatch.js"
import type { EvaluationResult, EvaluationTask, ShardResult, ShardTask } from "./Protocol.js"
import type * as SharedWeights from "./SharedWeights.js"
import type * as Threads from "./Threads.js"

/** What threads compute of the steps of a run. */
export interface WorkerSteps {
  /**
   * Computes loss and gradients of a phase, in order of the phases. What it gives makes tensors of them on this
   * thread, without a break, and moves the weights that the forward pass has moved; until then nothing has
   * changed. null: the workers cannot.
   */
  readonly gradients: (
    phase: Pick<BoundPhase, "weights">,
    index: number,
    input: { readonly batch: Sized; readonly position: StepPosition; readonly rng: Rng }
  ) => Effect.Effect<(() => ShardedGradients) | null>
  /** Evaluates a batch with the weights as they are now; null: the workers cannot. */
  readonly evaluate: (
    input: { readonly batch: Sized; readonly position: StepPosition },
    split: string,
    step: number
  ) => Effect.Effect<EvaluationResult | null>
  /** Takes note of a batch that workers can warm up with. */
  readonly saw: (batch: Sized, position: StepPosition) => void
  /** Has each thread compute the latest batch again and again for a while. */
  readonly warm: () => void
  /** Whether they have done so. */
  readonly isWarm: () => boolean
}

/** The position alone, where a run's progress says more. */
const positionOf = ({ epoch, globalStep, step }: StepPosition): StepPosition => ({
  epoch,
  step,
  globalStep
})

/** For how many milliseconds threads warm up: a step of a tenth of that is as fast then as it will be. */
const warmUp = 1000

export const make = (
  threads: Threads.Threads,
  run: RunFields,
  shared: SharedWeights.SharedWeights,
  slots: GradientSlots.GradientSlots
): WorkerSteps => {
  const packer = makePacker()
  const joined = JoinedShards.make(run, slots)
  const count = shardCount(run)
  /** The step before now: its random numbers, how many of them its phases have drawn, and how many phases there were. */
  let last = { rng: null as Rng | null, draws: 0, phases: 0 }
  let latest: { readonly batch: Sized; readonly position: StepPosition } | null = null
  let isWarm = false

  const tasksOf = (batch: Sized, packed: Packed, position: StepPosition) =>
    shardsOf(batch.size, count).map((shard): ShardTask => ({
      kind: "shard",
      phase: 0,
      shard,
      shards: count,
      batch: packed,
      position: positionOf(position),
      draws: 0
    }))

  const gradients: WorkerSteps["gradients"] = (phase, index, { batch, position, rng }) =>
    Effect.async((resume) => {
      if (index === 0) last = { rng, draws: 0, phases: 0 }
      // Where this thread has computed an earlier phase, nobody knows how many numbers that has drawn.
      if (last.rng !== rng || last.phases !== index) return resume(Effect.succeed(null))
      shared.publish()
      const tasks = tasksOf(batch, packer.pack(batch), position).map((task) => ({
        ...task,
        phase: index,
        draws: last.draws
      }))
      const abandon = threads.compute(tasks, (outcomes) => {
        if (typeof outcomes === "string") return resume(Effect.succeed(null))
        const join = () => {
          const shards = tasks.map(({ shard }) => shard)
          const gradients = joined.join(phase, shards, outcomes)
          threads.release(outcomes)
          const { draws } = outcomes[0]!.result as ShardResult
          for (let i = 0; i < draws; i++) rng()
          last = { rng, draws: last.draws + draws, phases: index + 1 }
          return gradients
        }
        resume(Effect.succeed(join))
      })
      return Effect.sync(abandon)
    })

  const evaluate: WorkerSteps["evaluate"] = ({ batch, position }, split, step) =>
    Effect.async((resume) => {
      shared.publish()
      // Several are evaluated at the same time, each in memory of its own.
      const packed = makePacker().pack(batch)
      const task: EvaluationTask = {
        kind: "evaluation",
        split,
        step,
        batch: packed,
        position: positionOf(position)
      }
      const abandon = threads.compute([task], (outcomes) =>
        resume(
          Effect.succeed(
            typeof outcomes === "string" ? null : (outcomes[0]!.result as EvaluationResult)
          )
        )
      )
      return Effect.sync(abandon)
    })

  return {
    gradients,
    evaluate,
    saw: (batch, position) => void (latest = { batch, position }),
    warm: () => {
      shared.publish()
      const { batch, position } = latest!
      const tasks = tasksOf(batch, makePacker().pack(batch), position).map((task) => ({
        ...task,
        again: warmUp
      }))
      threads.compute(tasks, (outcomes) => {
        if (typeof outcomes !== "string") threads.release(outcomes)
        isWarm = true
      })
    },
    isWarm: () => isWarm
  }
}
