import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type * as Api from "../../src/ui/Api.js"
import { ApiFailure } from "../../src/ui/ApiFailure.js"
import { RunViews } from "../../src/ui/RunViews.js"

/** Runs that were never trained: what pages show, without any file. The first trains while one looks. */

const steps = 400
const epochs = 30
const start = Date.UTC(2026, 10, 27, 9)

/** A number between 0 and 1 that looks random. */
const noise = (seed: number): number => {
  const x = Math.sin(seed * 12.9898 + 78.233) * 43758.5453
  return x - Math.floor(x)
}

const loss = (run: number, step: number): number =>
  2.4 * Math.exp(-step / (1500 + 400 * (run % 7))) + 0.08 + 0.25 * noise(run * 1e5 + step) ** 3

const statuses = ["running", "finished", "finished", "interrupted", "stopped", "finished"] as const

const hostile = `<img src=x onerror="document.title='owned'">"' ; rm -rf \u202egnp.exe 名前`

/** The summary of run `i`, `moment` seconds after somebody began to look. */
export const summary = (i: number, moment = 0): Api.RunSummary => {
  const status = statuses[i % statuses.length]!
  const total =
    status === "finished" ? epochs * steps : Math.floor((0.2 + 0.6 * noise(i)) * epochs * steps)
  const globalStep = Math.min(epochs * steps, total + (status === "running" ? moment * 10 : 0))
  const epoch = Math.floor(globalStep / steps)
  const startedAt = start - i * 3_700_000
  return {
    id: i === 5 ? "odd/" + hostile : `${["speaker", "digits", "tabular"][i % 3]}/run-${i}`,
    name: i === 5 ? hostile : `${["baseline", "wide", "low lr", "mixup", "ema"][i % 5]} ${i}`,
    isNamed: true,
    tags: [["baseline"], ["ablation", "night"], []][i % 3]!,
    notes: i % 4 === 0 ? "Larger batches, same learning rate.\nCompare with 3." : "",
    parent:
      i % 9 === 4
        ? { id: "speaker/run-0", path: "checkpoints/best_model.safetensors", epoch: 12, step: 0 }
        : null,
    sweep: null,
    status,
    pipeline: ["pipelines/speaker.ts", "digits.ts", "tabular.ts"][i % 3]!,
    startedAt: new Date(startedAt).toISOString(),
    updatedAt: new Date(startedAt + globalStep * 50).toISOString(),
    seconds: globalStep * 0.05,
    epoch,
    epochs,
    step: globalStep - epoch * steps,
    steps,
    global_step: globalStep,
    secondsLeft: status === "running" ? (epochs * steps - globalStep) * 0.05 : null,
    best: epoch === 0 ? null : { metric: "val_loss", value: loss(i, globalStep) + 0.05, epoch },
    latest: {
      loss: i === 7 ? null : loss(i, globalStep),
      learning_rate: 0.001 * 0.97 ** epoch,
      gradient_norm: 1 + noise(i),
      examples_per_second: 640 + 30 * noise(globalStep),
      data_wait_ms: 0.4,
      step_ms: 50,
      train_loss: loss(i, globalStep),
      train_accuracy: 1 - loss(i, globalStep) / 3,
      val_loss: loss(i, globalStep) + 0.05,
      val_accuracy: 0.98 - loss(i, globalStep) / 3
    },
    config: {
      "training.num_epochs": epochs,
      "training.batch_size": [16, 32, 64][i % 3]!,
      "training.seed": i,
      "training.optimizer.name": ["adam", "sgd", "adamw"][i % 3]!,
      "training.learning_rate": [0.001, 0.003, 0.01][i % 3]!,
      "model.units": [64, 128][i % 2]!
    },
    backend: ["wasm", "tensorflow", "webgpu"][i % 3]!,
    host: ["atlas", "rhea"][i % 2]!,
    warnings: i % 5 === 2 ? 3 : 0,
    spark: Array.from({ length: 40 }, (_, k) => loss(i, (globalStep * k) / 39)),
    hasLog: i % 11 !== 10,
    problem: i === 8 ? "line 204 of the log cannot be read, and is left out" : null
  }
}

const metrics: ReadonlyArray<Api.Metric> = [
  { name: "loss", kind: "step", unit: null },
  { name: "learning_rate", kind: "step", unit: null },
  { name: "gradient_norm", kind: "step", unit: null },
  { name: "examples_per_second", kind: "step", unit: "examples/s" },
  { name: "data_wait_ms", kind: "step", unit: "ms" },
  { name: "step_ms", kind: "step", unit: "ms" },
  { name: "train_loss", kind: "epoch", unit: null },
  { name: "train_accuracy", kind: "epoch", unit: null },
  { name: "val_loss", kind: "epoch", unit: null },
  { name: "val_accuracy", kind: "epoch", unit: null },
  { name: "cpu", kind: "system", unit: "cores" },
  { name: "rss", kind: "system", unit: "bytes" },
  { name: "heap", kind: "system", unit: "bytes" },
  { name: "free_memory", kind: "system", unit: "bytes" },
  { name: "load", kind: "system", unit: null }
]

const value = (run: number, metric: string, step: number): number => {
  const one = loss(run, step)
  switch (metric) {
    case "loss":
    case "train_loss":
      return one
    case "val_loss":
      return one + 0.05
    case "train_accuracy":
      return 1 - one / 3
    case "val_accuracy":
      return 0.98 - one / 3
    case "learning_rate":
      return 0.001 * 0.97 ** Math.floor(step / steps)
    case "gradient_norm":
      return 1 + noise(step) ** 4 * 5
    case "examples_per_second":
      return 600 + 60 * noise(step)
    case "data_wait_ms":
      return 0.3 + noise(step) ** 8 * 12
    case "step_ms":
      return 48 + noise(step) ** 6 * 30
    case "cpu":
      return 1.6 + 0.3 * noise(step)
    case "rss":
      return 6e8 + 2e4 * step
    case "heap":
      return 1.2e8 + 5e7 * noise(step)
    case "free_memory":
      return 4e9 - 2e5 * step
    default:
      return 1.5 + noise(step)
  }
}

const confusion = {
  classes: ["ada", "grace", "katherine", hostile],
  counts: [
    [48, 1, 0, 1],
    [2, 45, 3, 0],
    [0, 4, 46, 0],
    [1, 0, 0, 49]
  ]
}

const examples: ReadonlyArray<Api.Example> = Array.from({ length: 12 }, (_, i) => ({
  index: i * 7,
  name: i === 3 ? hostile : `grace/utterance-${i}.wav`,
  path: `data/grace/utterance-${i}.wav`,
  from: 0.2,
  to: 1.2,
  label: "grace",
  predicted: "katherine",
  probability: 0.97 - i * 0.02,
  labelProbability: 0.02 + i * 0.01,
  loss: 4 - i * 0.2,
  media: "audio" as const
}))

/** Half a second of a tone, as WAV. */
const tone = (): Uint8Array => {
  const rate = 8000
  const samples = rate / 2
  const wav = Buffer.alloc(44 + samples * 2)
  wav.write("RIFF", 0)
  wav.writeUInt32LE(36 + samples * 2, 4)
  wav.write("WAVEfmt ", 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(rate, 24)
  wav.writeUInt32LE(rate * 2, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write("data", 36)
  wav.writeUInt32LE(samples * 2, 40)
  for (let i = 0; i < samples; i++) {
    wav.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * 440 * i) / rate)), 44 + 2 * i)
  }
  return new Uint8Array(wav)
}

/** `count` invented runs. */
export const fixtures = (count: number): Layer.Layer<RunViews> =>
  Layer.sync(RunViews, () => {
    const began = Date.now()
    const moment = () => Math.floor((Date.now() - began) / 1000)
    const pinned = new Set(["best_model.safetensors"])
    const notes = new Map<string, Partial<Api.RunSummary>>()
    const states = new Map<string, Api.RunStatus>()
    const now = (i: number): Api.RunSummary => {
      const one = summary(i, moment())
      const status = states.get(one.id) ?? one.status
      return { ...one, status, ...notes.get(one.id) }
    }
    const all = () => Array.from({ length: count }, (_, i) => now(i))
    const indexOf = (id: string) =>
      Effect.suspend(() => {
        const i = all().findIndex((one) => one.id === id)
        return i < 0
          ? Effect.fail(new ApiFailure({ reason: "NotFound", detail: `there is no run ${id}` }))
          : Effect.succeed(i)
      })
    const checkpoints = (i: number): ReadonlyArray<Api.Checkpoint> => {
      const { epoch, id } = now(i)
      return [epoch, epoch - 1, Math.max(1, epoch - 4)].map((at, k) => {
        const name = `epoch-${String(at).padStart(4, "0")}-step-000000.safetensors`
        return {
          name,
          aliases: [["latest"], [], ["best"]][k]!,
          epoch: at,
          step: 0,
          bytes: 1_843_200,
          savedAt: new Date(start + at * 20_000).toISOString(),
          metric: "val_loss",
          value: loss(i, at * steps) + 0.05,
          pinned: pinned.has(`${id}/${name}`),
          best: k === 2,
          health: i === 8 && k === 1 ? "damaged" : "unchecked",
          problem:
            i === 8 && k === 1
              ? `checkpoint ${name} is truncated: 431,700 bytes expected, 12,288 found`
              : null,
          resumeCommand: `npx holdfast run pipelines/speaker.ts --resume ${id}/${name}`
        }
      })
    }
    const list = Effect.sync(() => ({
      root: "/home/ada/runs",
      runs: all(),
      sweeps: [],
      unread: 0,
      truncated: false
    }))
    return {
      list,
      listSoon: list,
      run: (id) =>
        Effect.map(indexOf(id), (i): Api.RunDetail => {
          const summary = now(i)
          return {
            summary,
            config: {
              training: { num_epochs: epochs, batch_size: 32, optimizer: { name: "adam" } },
              model: { units: 128 }
            },
            environment: {
              holdfast: "0.2.0",
              tfjs: "4.22.0",
              node: "20.20.2",
              platform: "linux x64",
              cpu: "AMD EPYC 7B13",
              cores: 8,
              host: summary.host,
              git: { commit: "59553fe0a1", dirty: true }
            },
            processes: [
              { openedAt: summary.startedAt!, environment: {}, from: null },
              {
                openedAt: new Date(start + 900_000).toISOString(),
                environment: {},
                from: { global_step: 2400, epoch: 6, step: 0 }
              }
            ],
            checkpoints: checkpoints(i),
            warnings: Array.from({ length: summary.warnings }, (_, k) => ({
              time: new Date(start + k * 1000).toISOString(),
              code: "StepSkipped",
              message: `a step has diverged, and is skipped (${k + 1})`
            })),
            saves: Array.from({ length: summary.epoch }, (_, k) => ({
              time: new Date(start + k * 20_000).toISOString(),
              position: { epoch: k + 1, step: 0 },
              bytes: 1_843_200,
              milliseconds: 20 + 30 * noise(k),
              pauseMilliseconds: 0.4 + noise(k) ** 4 * 3
            })),
            stages: [
              { path: ["loadDataset"], seconds: 4.2, calls: 1 },
              { path: ["restoreOrInit"], seconds: 0.6, calls: 1 },
              { path: ["epochs"], seconds: 600, calls: 1 },
              { path: ["epochs", "trainEpoch"], seconds: 540, calls: summary.epoch },
              { path: ["epochs", "validate"], seconds: 48, calls: summary.epoch },
              { path: ["epochs", "checkpoint"], seconds: 2, calls: summary.epoch },
              { path: ["evaluate"], seconds: 2.3, calls: 1 }
            ],
            resumeCommand: `npx holdfast run ${summary.pipeline} --resume auto`,
            evaluated: [
              { split: "test", epoch: 28, metrics: { test_loss: 0.21, test_accuracy: 0.94 } }
            ],
            details: [
              {
                split: "validation",
                epoch: summary.epoch,
                metric: "confusion_matrix",
                value: confusion
              }
            ],
            secondsLeft: summary.secondsLeft,
            log: { hasPartialLine: false, isThinned: i % 2 === 1 }
          }
        }),
      sweep: (id) =>
        Effect.fail(new ApiFailure({ reason: "NotFound", detail: `there is no sweep ${id}` })),
      metrics: () => Effect.succeed({ metrics }),
      series: ({ from, ids, metrics: names, points, to, x }) =>
        Effect.sync(() => ({
          series: ids.flatMap((id) => {
            const i = all().findIndex((one) => one.id === id)
            if (i < 0) return []
            const { global_step, startedAt } = now(i)
            return names.flatMap((metric): ReadonlyArray<Api.Series> => {
              const kind = metrics.find(({ name }) => name === metric)?.kind
              if (kind === undefined) return []
              const at = (step: number) =>
                x === "step"
                  ? step
                  : x === "epoch"
                    ? step / steps
                    : x === "time"
                      ? step * 0.05
                      : Date.parse(startedAt!) / 1000 + step * 0.05
              const every = kind === "epoch" ? steps : Math.max(1, Math.floor(global_step / points))
              const found = Array.from(
                { length: Math.floor(global_step / every) },
                (_, k) => (k + 1) * every
              ).filter((step) => at(step) >= (from ?? -Infinity) && at(step) <= (to ?? Infinity))
              const y = found.map((step) => value(i, metric, step))
              return [
                {
                  id,
                  metric,
                  kind,
                  x: found.map(at),
                  y,
                  ...(every > 1 && kind === "step"
                    ? { low: y.map((one) => one * 0.92), high: y.map((one) => one * 1.15) }
                    : {})
                }
              ]
            })
          })
        })),
      live: Stream.fromSchedule(Schedule.spaced("1 second")).pipe(
        Stream.mapConcat((): ReadonlyArray<Api.LiveEvent> =>
          all()
            .filter(({ status }) => status === "running")
            .flatMap((data): ReadonlyArray<Api.LiveEvent> => [
              { event: "run", data },
              { event: "points", data: { id: data.id, global_step: data.global_step } }
            ])
        )
      ),
      examples: (_, split) =>
        Effect.succeed({
          split: split ?? "validation",
          splits: ["validation", "test"],
          epoch: 12,
          metric: "loss",
          examples
        }),
      audio: () => Effect.sync(tone),
      spectrogram: ({ index }) =>
        Effect.succeed({
          frames: 98,
          mels: 40,
          values: Array.from({ length: 98 * 40 }, (_, k) => {
            const [frame, mel] = [Math.floor(k / 40), k % 40]
            return (
              -80 +
              60 * Math.exp(-(((mel - 12 - 8 * Math.sin((frame + index) / 12)) / 4) ** 2)) +
              8 * noise(k)
            )
          }),
          seconds: 1
        }),
      verify: ({ id }) =>
        Effect.map(indexOf(id), (i) =>
          checkpoints(i).map((one): Api.Checkpoint =>
            one.health === "unchecked" ? { ...one, health: "intact" } : one
          )
        ),
      act: (action) =>
        Effect.map(indexOf(action.id), (i) => {
          if (action.action === "pin") pinned.add(`${action.id}/${action.checkpoint}`)
          if (action.action === "unpin") pinned.delete(`${action.id}/${action.checkpoint}`)
          if (action.action === "stop") states.set(action.id, "interrupted")
          if (action.action === "note") {
            const { action: _, id, ...changes } = action
            notes.set(id, { ...notes.get(id), ...changes })
          }
          return { summary: now(i) }
        })
    }
  })
