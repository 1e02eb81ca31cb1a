import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { localFolder } from "../checkpointing/localFolder.js"
import { layersIn } from "../backends/tfjs/layers/InnerLayers.js"
import * as StageTimer from "../stage/StageTimer.js"
import * as tf from "../tf.js"
import type { Recorder } from "../training/Profiling.js"
import { parts, type Kind, type Part, type Profile, type Segment } from "./Profile.js"

/** Segments beyond these are only counted: a trace of more opens slowly. */
const most = 100_000

/** What of TensorFlow.js' engine is listened to. */
interface Engine {
  gradients: (...args: ReadonlyArray<never>) => unknown
  readonly state: {
    readonly gradientDepth: number
    readonly activeTape?: ReadonlyArray<{ gradient?: (dys: never) => unknown }> | null
  }
}

/** Times a run: its stages, its other spans, the parts of its steps; and what was found. */
export interface Recording {
  readonly recorder: Recorder
  readonly timer: StageTimer.Timer
  readonly tracer: Tracer.Tracer
  readonly profile: () => Profile
}

/** Begins to record the run of a pipeline. */
export const record = (): Recording => {
  const begun = performance.now()
  const segments: Array<Segment> = []
  let [dropped, steps] = [0, 0]
  let folder: string | null = null
  const totals = new Map<string, { count: number; milliseconds: number }>()
  const layers = new Map<
    string,
    { layer: string; kind: string; forward: number; backward: number }
  >()

  const count = (key: string, milliseconds: number) => {
    const total = totals.get(key) ?? { count: 0, milliseconds: 0 }
    totals.set(key, { count: total.count + 1, milliseconds: total.milliseconds + milliseconds })
  }
  const add = (kind: Kind, name: string, start: number, end = performance.now()) => {
    count(`${kind}/${name}`, end - start)
    if (kind !== "stage" && kind !== "span") count(kind, end - start)
    if (segments.length < most) {
      segments.push({ kind, name, start: start - begun, milliseconds: end - start })
    } else dropped += 1
  }

  /** The layer whose gradients are being computed, and since when. */
  let backward: { readonly layer: string; readonly start: number } | null = null
  /** When the last layer was through, and when the gradients were. */
  let [forwardEnd, gradientsEnd] = [0, 0]

  const enter = (layer: string | null) => {
    const now = performance.now()
    if (backward === null) add("loss", "loss", forwardEnd, now)
    else if (backward.layer === layer) return
    else {
      const own = layers.get(backward.layer)
      if (own !== undefined) own.backward += now - backward.start
      add("backward", backward.layer, backward.start, now)
    }
    backward = layer === null ? null : { layer, start: now }
  }

  const attachLayers = (models: Readonly<Record<string, tf.LayersModel>>, engine: Engine) => {
    const isSingle = Object.keys(models).length === 1
    for (const [name, model] of Object.entries(models)) {
      for (const { isPart, layer, path } of layersIn(model)) {
        if (isPart) continue
        const key = isSingle ? path : `${name}.${path}`
        const total = { layer: key, kind: layer.getClassName(), forward: 0, backward: 0 }
        layers.set(key, total)
        const call = layer.call.bind(layer)
        layer.call = (...args) => {
          const { activeTape, gradientDepth } = engine.state
          // Validation does not count.
          if (gradientDepth === 0 || activeTape == null) return call(...args)
          const [first, start] = [activeTape.length, performance.now()]
          const out = call(...args)
          forwardEnd = performance.now()
          total.forward += forwardEnd - start
          add("forward", key, start, forwardEnd)
          for (const node of activeTape.slice(first)) {
            const { gradient } = node
            if (gradient === undefined) continue
            node.gradient = (dys) => {
              enter(key)
              return gradient(dys)
            }
          }
          return out
        }
      }
    }
  }

  const recorder: Recorder = {
    dataset: (dataset) => ({
      ...dataset,
      train: {
        ...dataset.train,
        batch: (indices, rng, epoch) =>
          Effect.suspend(() => {
            const start = performance.now()
            return Effect.tap(dataset.train.batch(indices, rng, epoch), () =>
              Effect.sync(() => add("data", "data", start))
            )
          })
      }
    }),
    attach: (run) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          folder = localFolder(run.config.training.checkpoint_dir)
          const engine = tf.engine() as unknown as Engine
          attachLayers(run.models, engine)
          for (const optimizer of Object.values(run.optimizers)) {
            const apply = optimizer.apply.bind(optimizer)
            Object.assign(optimizer, {
              apply: (...args: Parameters<typeof apply>) => {
                const start = performance.now()
                add("metrics", "metrics", gradientsEnd, start)
                const isUpdated = apply(...args)
                add("update", "update", start)
                steps += 1
                return isUpdated
              }
            })
          }
          const own = Object.getOwnPropertyDescriptor(engine, "gradients")
          const gradients = engine.gradients.bind(engine)
          engine.gradients = (...args) => {
            forwardEnd = performance.now()
            const found = gradients(...args)
            enter(null)
            gradientsEnd = performance.now()
            return found
          }
          return { engine, own }
        }),
        ({ engine, own }) =>
          Effect.sync(() => {
            if (own === undefined) delete (engine as Partial<Engine>).gradients
            else Object.defineProperty(engine, "gradients", own)
          })
      )
  }

  const timer = StageTimer.make((name, start, end) => add("stage", name, start, end))
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind, options) => {
      const start = performance.now()
      const isStage = options?.attributes?.[StageTimer.stageAttribute] === true
      return new RecordedSpan({ name, parent, context, links: [...links], startTime, kind }, () => {
        // The timer has it.
        if (!isStage) add("span", name, start)
      })
    },
    context: (f) => f()
  })

  const totalOf = (key: string) => totals.get(key) ?? { count: 0, milliseconds: 0 }
  return {
    recorder,
    timer,
    tracer,
    profile: () => ({
      steps,
      stages: timer.times().map(({ calls, path, seconds }) => ({
        name: path.at(-1)!,
        depth: path.length - 1,
        count: calls,
        milliseconds: seconds * 1000
      })),
      parts: Object.fromEntries(parts.map((part) => [part, totalOf(part)])) as Record<
        Part,
        { count: number; milliseconds: number }
      >,
      layers: [...layers.values()],
      segments,
      dropped,
      folder
    })
  }
}

let spans = 0

/** A span that reports its end. */
class RecordedSpan implements Tracer.Span {
  readonly _tag = "Span"
  readonly spanId = String((spans += 1))
  readonly traceId: string
  readonly sampled = true
  readonly attributes = new Map<string, unknown>()
  readonly name: string
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly context: Tracer.Span["context"]
  readonly kind: Tracer.SpanKind
  readonly links: Array<Tracer.SpanLink>
  status: Tracer.SpanStatus

  constructor(
    given: Pick<Tracer.Span, "context" | "kind" | "name" | "parent"> & {
      readonly links: Array<Tracer.SpanLink>
      readonly startTime: bigint
    },
    readonly onEnd: () => void
  ) {
    this.name = given.name
    this.parent = given.parent
    this.context = given.context
    this.kind = given.kind
    this.links = given.links
    this.traceId = Option.match(given.parent, {
      onNone: () => this.spanId,
      onSome: ({ traceId }) => traceId
    })
    this.status = { _tag: "Started", startTime: given.startTime }
  }

  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    this.status = { _tag: "Ended", startTime: this.status.startTime, endTime, exit }
    this.onEnd()
  }
  attribute(key: string, value: unknown): void {
    this.attributes.set(key, value)
  }
  event(): void {}
  addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    this.links.push(...links)
  }
}
