import type {
  Checkpoint,
  Detail,
  Example,
  Metric,
  MetricKind,
  RunDetail,
  RunStatus,
  RunSummary,
  Series,
  Spectrogram,
  StageTime,
  Warning,
  XAxis
} from "../../../src/ui/Api.js"

/** What a made-up run is like. Everything else follows from it and the seed. */
export interface Recipe {
  readonly id: string
  readonly name: string
  readonly status: RunStatus
  readonly epochs: number
  readonly stepsPerEpoch: number
  /** The steps done. */
  readonly done: number
  readonly learningRate: number
  /** How fast the loss falls, 1 as usual; what it ends at. */
  readonly speed: number
  readonly floor: number
  readonly overfits?: boolean
  readonly tags?: ReadonlyArray<string>
  readonly notes?: string
  readonly optimizer?: string
  readonly batchSize?: number
  readonly classes?: ReadonlyArray<string>
  readonly warnings?: ReadonlyArray<Warning>
  readonly problem?: string
  readonly parent?: RunSummary["parent"]
  readonly startedMinutesAgo: number
}

/** A made-up run: what the API answers of it. */
export interface Fixture {
  readonly summary: RunSummary
  readonly detail: RunDetail
  readonly metrics: ReadonlyArray<Metric>
  readonly series: (
    metric: string,
    x: XAxis,
    range: { readonly points: number; readonly from?: number; readonly to?: number }
  ) => Series | null
  readonly examples: (split: string) => ReadonlyArray<Example>
}

/** Uniform numbers in [0, 1), the same for the same seed. */
export const random = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** The moment at which the fixtures are "now", so that pictures are the same every day. */
export const now = Date.parse("2026-11-27T14:30:00Z")

const speakers =
  "Ada Bram Chen Dana Emil Fang Gita Hugo Ines Jun Kaya Lars Mei Nils Olga Pia Qiang Rosa Sven Tala".split(
    " "
  )

const perStep: ReadonlyArray<Metric> = [
  { name: "loss", kind: "step", unit: null },
  { name: "learning_rate", kind: "step", unit: null },
  { name: "gradient_norm", kind: "step", unit: null },
  { name: "examples_per_second", kind: "step", unit: "examples/s" },
  { name: "step_ms", kind: "step", unit: "ms" },
  { name: "data_wait_ms", kind: "step", unit: "ms" }
]
const perEpoch: ReadonlyArray<Metric> = [
  "train_loss",
  "val_loss",
  "train_accuracy",
  "val_accuracy",
  "val_f1",
  "val_top3"
].map((name) => ({ name, kind: "epoch", unit: null }))
const system: ReadonlyArray<Metric> = [
  { name: "cpu", kind: "system", unit: "cores" },
  { name: "rss", kind: "system", unit: "bytes" },
  { name: "heap", kind: "system", unit: "bytes" },
  { name: "load", kind: "system", unit: null },
  { name: "free_memory", kind: "system", unit: "bytes" }
]

type Columns = Readonly<Record<string, Float64Array>>

const gauss = (next: () => number) =>
  Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())

/** Seconds of a step of a run, on average. */
const stepSeconds = 0.042

const stepColumns = (recipe: Recipe, seed: number): Columns => {
  const next = random(seed)
  const total = recipe.epochs * recipe.stepsPerEpoch
  const columns = Object.fromEntries(
    [...perStep.map(({ name }) => name), "time"].map((name) => [
      name,
      new Float64Array(recipe.done)
    ])
  )
  const batch = recipe.batchSize ?? 32
  let time = 3.2
  for (let i = 0; i < recipe.done; i++) {
    const part = i / total
    const rate =
      i < 200
        ? (recipe.learningRate * (i + 1)) / 200
        : recipe.learningRate * 0.5 * (1 + Math.cos(Math.PI * part))
    const mean =
      recipe.floor + 2.6 * Math.exp(-recipe.speed * part * 9) + 0.28 * Math.exp(-part * 3)
    columns["loss"]![i] = Math.max(0.004, mean * (1 + 0.16 * gauss(next)))
    columns["learning_rate"]![i] = rate
    columns["gradient_norm"]![i] = (0.3 + mean) * Math.exp(0.3 * gauss(next))
    const wait = next() < 0.02 ? 6 + 20 * next() : 0.6 + 0.5 * next()
    const step = stepSeconds * 1000 * (1 + 0.06 * gauss(next)) + (i % 320 === 0 ? 60 : 0)
    columns["data_wait_ms"]![i] = wait
    columns["step_ms"]![i] = step
    columns["examples_per_second"]![i] = (batch * 1000) / (step + wait)
    time += (step + wait) / 1000 + (i % recipe.stepsPerEpoch === 0 ? 1.6 : 0)
    columns["time"]![i] = time
  }
  return columns
}

const epochRecords = (recipe: Recipe, seed: number) => {
  const next = random(seed + 77)
  return Array.from({ length: Math.floor(recipe.done / recipe.stepsPerEpoch) }, (_, epoch) => {
    const part = (epoch + 1) / recipe.epochs
    const mean =
      recipe.floor + 2.6 * Math.exp(-recipe.speed * part * 9) + 0.28 * Math.exp(-part * 3)
    const gap = recipe.overfits ? 0.7 * part ** 2 : 0.05
    const val = mean * 0.92 + gap + 0.03 * Math.abs(gauss(next))
    const accuracy = (loss: number) => Math.max(0.05, Math.min(0.995, 1 - loss / 2.9))
    return {
      epoch: epoch + 1,
      train_loss: mean,
      val_loss: val,
      train_accuracy: accuracy(mean),
      val_accuracy: accuracy(val * 0.95),
      val_f1: accuracy(val * 0.98),
      val_top3: Math.min(0.999, accuracy(val * 0.4))
    }
  })
}

/** At most `points` of x and y, each the last of its bucket, with the lowest and the highest. */
const thin = (
  x: ReadonlyArray<number>,
  y: ReadonlyArray<number>,
  { points, from = -Infinity, to = Infinity }: { points: number; from?: number; to?: number }
) => {
  const first = x.findIndex((value) => value >= from)
  const after = x.findIndex((value) => value > to)
  const start = first < 0 ? x.length : Math.max(0, first - 1)
  const end = after < 0 ? x.length : Math.min(x.length, after + 1)
  const size = Math.max(1, Math.ceil((end - start) / points))
  const out = {
    x: [] as Array<number>,
    y: [] as Array<number>,
    low: [] as Array<number>,
    high: [] as Array<number>
  }
  for (let at = start; at < end; at += size) {
    const part = y.slice(at, Math.min(end, at + size))
    out.x.push(x[Math.min(end, at + size) - 1]!)
    out.y.push(part.reduce((sum, value) => sum + value, 0) / part.length)
    out.low.push(Math.min(...part))
    out.high.push(Math.max(...part))
  }
  return size === 1 ? { x: out.x, y: out.y } : out
}

const confusionOf = (classes: ReadonlyArray<string>, accuracy: number, seed: number) => {
  const next = random(seed + 5)
  return classes.map((_, label) =>
    classes.map((_, guess) => {
      if (guess === label) return Math.round(40 * accuracy + 8 * next())
      const near = Math.abs(guess - label) < 3 ? 3 : 1
      return next() < 0.22 * near ? Math.round(near * 4 * (1 - accuracy) * next() * 3) : 0
    })
  )
}

const stagesOf = (seconds: number): ReadonlyArray<StageTime> => [
  { path: ["loadConfig"], seconds: 0.02, calls: 1 },
  { path: ["loadDataset"], seconds: 1.9, calls: 1 },
  { path: ["restoreOrInit"], seconds: 0.8, calls: 1 },
  { path: ["epochs"], seconds: seconds * 0.97, calls: 1 },
  { path: ["epochs", "trainEpoch"], seconds: seconds * 0.86, calls: 12 },
  { path: ["epochs", "validate"], seconds: seconds * 0.085, calls: 12 },
  { path: ["epochs", "stepScheduler"], seconds: 0.01, calls: 12 },
  { path: ["epochs", "trackBest"], seconds: 0.02, calls: 12 },
  { path: ["epochs", "checkpoint"], seconds: seconds * 0.012, calls: 12 },
  { path: ["evaluate"], seconds: seconds * 0.01, calls: 1 }
]

const iso = (time: number) => new Date(time).toISOString()

const checkpointsOf = (
  recipe: Recipe,
  records: ReadonlyArray<{ epoch: number; val_loss: number }>,
  startedAt: number
): ReadonlyArray<Checkpoint> => {
  const best = records.reduce<number | null>(
    (at, one, i) => (at === null || one.val_loss < records[at]!.val_loss ? i : at),
    null
  )
  return records
    .map((record, i) => ({ record, i }))
    .filter(({ i }) => i === best || i % 5 === 4 || i > records.length - 4)
    .reverse()
    .map(({ record, i }, rank) => ({
      name: `epoch_${String(record.epoch).padStart(4, "0")}.safetensors`,
      aliases: [
        ...(rank === 0 ? ["latest_checkpoint"] : []),
        ...(i === best ? ["best_model"] : [])
      ],
      epoch: record.epoch,
      step: 0,
      bytes: 4_318_204 + i,
      savedAt: iso(startedAt + (i + 1) * recipe.stepsPerEpoch * stepSeconds * 1000),
      metric: "val_loss",
      value: record.val_loss,
      pinned: i % 10 === 9,
      best: i === best,
      health:
        recipe.id.includes("tdnn") && rank === 2 ? "damaged" : rank < 2 ? "intact" : "unchecked",
      problem:
        recipe.id.includes("tdnn") && rank === 2
          ? "truncated: 4,318,204 bytes expected, 2,097,152 found"
          : null,
      resumeCommand: `npx holdfast run pipelines/speaker.ts --resume ${recipe.id}/epoch_${String(record.epoch).padStart(4, "0")}.safetensors`
    }))
}

/** Makes a run by its recipe. */
export const makeRun = (recipe: Recipe, seed: number): Fixture => {
  const columns = stepColumns(recipe, seed)
  const records = epochRecords(recipe, seed)
  const startedAt = now - recipe.startedMinutesAgo * 60_000
  const seconds = columns["time"]!.at(-1) ?? 0
  const epoch = Math.floor(recipe.done / recipe.stepsPerEpoch)
  const step = recipe.done % recipe.stepsPerEpoch
  const last = records.at(-1)
  const best = records.reduce<(typeof records)[number] | null>(
    (found, one) => (found === null || one.val_loss < found.val_loss ? one : found),
    null
  )
  const running = recipe.status === "running"
  const left = running
    ? (recipe.epochs * recipe.stepsPerEpoch - recipe.done) * stepSeconds * 1.05
    : null
  const config = {
    training: {
      epochs: recipe.epochs,
      batch_size: recipe.batchSize ?? 32,
      seed: 7 + (seed % 3),
      learning_rate: recipe.learningRate,
      optimizer: recipe.optimizer ?? "adam",
      weight_decay: recipe.optimizer === "adamw" ? 0.01 : 0,
      scheduler: "cosine",
      warmup: { length: 200, unit: "step" },
      mixup: recipe.tags?.includes("mixup") ? 0.2 : 0,
      clip_norm: 1,
      backend: "wasm",
      checkpoint_dir: recipe.id
    },
    model: { channels: [32, 64, 128], embedding: 128, dropout: recipe.overfits ? 0 : 0.2 },
    data: {
      folder: "data/voices",
      sample_rate: 16000,
      window_seconds: 1.5,
      mels: 64,
      augment: !recipe.overfits
    }
  }
  const flat: Record<string, string | number | boolean | null> = {}
  const flatten = (value: unknown, path: string): void => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value))
        flatten(inner, path ? `${path}.${key}` : key)
    } else {
      flat[path] = Array.isArray(value) ? JSON.stringify(value) : (value as string | number)
    }
  }
  flatten(config, "")
  const at = recipe.done - 1
  const latest: Record<string, number> = {}
  for (const { name } of perStep) if (at >= 0) latest[name] = columns[name]![at]!
  for (const { name } of perEpoch) if (last !== undefined) latest[name] = last[name as "val_loss"]
  const summary: RunSummary = {
    id: recipe.id,
    name: recipe.name,
    isNamed: true,
    tags: recipe.tags ?? [],
    notes: recipe.notes ?? "",
    parent: recipe.parent ?? null,
    sweep: null,
    status: recipe.status,
    pipeline: "pipelines/speaker.ts",
    startedAt: iso(startedAt),
    updatedAt: iso(running ? now - 1000 : startedAt + seconds * 1000),
    seconds,
    epoch,
    epochs: recipe.epochs,
    step,
    steps: recipe.stepsPerEpoch,
    global_step: recipe.done,
    secondsLeft: left,
    best: best && { metric: "val_loss", value: best.val_loss, epoch: best.epoch },
    latest,
    config: flat,
    backend: "wasm",
    host: "atlas",
    warnings: recipe.warnings?.length ?? 0,
    spark:
      recipe.done === 0 ? [] : thin([...columns["time"]!], [...columns["loss"]!], { points: 40 }).y,
    hasLog: recipe.problem === undefined,
    problem: recipe.problem ?? null
  }
  const classes = recipe.classes ?? speakers.slice(0, 12)
  const matrix = confusionOf(classes, last?.val_accuracy ?? 0.5, seed)
  const details: ReadonlyArray<Detail> =
    last === undefined
      ? []
      : [
          {
            split: "validation",
            epoch,
            metric: "confusion_matrix",
            value: { classes, counts: matrix }
          },
          { split: "validation", epoch, metric: "worst_examples", value: { split: "validation" } }
        ]
  const environment = {
    holdfast: "0.3.0",
    tfjs: "4.22.0",
    node: "v24.21.0",
    platform: "linux x64",
    cpu: "AMD EPYC 7B13",
    cores: 8,
    memory: 33_554_432_000,
    host: "atlas",
    git: { commit: "59553fe0c4d1", dirty: seed % 2 === 0 },
    pid: 4711 + seed,
    argv: ["run", "pipelines/speaker.ts", "--name", recipe.name]
  }
  const middle = Math.floor(recipe.done * 0.4)
  const detail: RunDetail = {
    summary,
    config,
    environment,
    processes: [
      { openedAt: iso(startedAt), environment, from: null },
      ...(recipe.done > 2000
        ? [
            {
              openedAt: iso(startedAt + seconds * 400),
              environment,
              from: {
                global_step: middle,
                epoch: Math.floor(middle / recipe.stepsPerEpoch) + 1,
                step: middle % recipe.stepsPerEpoch
              }
            }
          ]
        : [])
    ],
    checkpoints: checkpointsOf(recipe, records, startedAt),
    warnings: recipe.warnings ?? [],
    saves: records.map((record, i) => ({
      time: iso(startedAt + (i + 1) * recipe.stepsPerEpoch * stepSeconds * 1000),
      position: { epoch: record.epoch, step: 0 },
      bytes: 4_318_204 + i,
      milliseconds: 38 + 14 * Math.sin(i * 1.7),
      pauseMilliseconds: 1.1 + 0.6 * Math.abs(Math.sin(i * 2.3))
    })),
    stages: seconds === 0 ? [] : stagesOf(seconds),
    resumeCommand: recipe.status === "finished" ? null : "npx holdfast run pipelines/speaker.ts",
    evaluated:
      recipe.status === "finished" && last !== undefined
        ? [
            {
              split: "test",
              epoch: best!.epoch,
              metrics: {
                loss: last.val_loss * 1.04,
                accuracy: last.val_accuracy * 0.99,
                f1: last.val_f1 * 0.99
              }
            }
          ]
        : [],
    details,
    secondsLeft: left,
    log: { hasPartialLine: recipe.id.includes("cut-off"), isThinned: recipe.done > 20_000 }
  }

  const machine = random(seed + 31)
  const ticks = Math.floor(seconds / 5)
  const systemColumns: Record<string, Array<number>> = {
    time: Array.from({ length: ticks }, (_, i) => i * 5),
    cpu: Array.from({ length: ticks }, () => 3.1 + 0.5 * machine()),
    rss: Array.from(
      { length: ticks },
      (_, i) => 4.1e8 + 9e7 * (1 - Math.exp(-i / 30)) + 6e6 * machine()
    ),
    heap: Array.from({ length: ticks }, (_, i) => 9e7 + 4e7 * ((i % 12) / 12) + 4e6 * machine()),
    load: Array.from({ length: ticks }, () => 3.4 + 0.9 * machine()),
    free_memory: Array.from({ length: ticks }, () => 2.1e10 + 3e8 * machine())
  }

  const axis = (
    x: XAxis,
    time: ReadonlyArray<number>,
    position: (i: number) => number,
    steps: (i: number) => number
  ) =>
    time.map((value, i) =>
      x === "time"
        ? value
        : x === "wall"
          ? startedAt / 1000 + value
          : x === "step"
            ? steps(i)
            : position(i)
    )

  const series: Fixture["series"] = (metric, x, range) => {
    const kind: MetricKind | undefined = [...perStep, ...perEpoch, ...system].find(
      ({ name }) => name === metric
    )?.kind
    if (kind === undefined || recipe.done === 0) return null
    if (kind === "step") {
      const xs = axis(
        x,
        [...columns["time"]!],
        (i) => (i + 1) / recipe.stepsPerEpoch,
        (i) => i + 1
      )
      return { id: recipe.id, metric, kind, ...thin(xs, [...columns[metric]!], range) }
    }
    if (kind === "epoch") {
      const ends = records.map((one) => one.epoch * recipe.stepsPerEpoch)
      const xs = axis(
        x,
        ends.map((end) => columns["time"]![end - 1]!),
        (i) => i + 1,
        (i) => ends[i]!
      )
      return {
        id: recipe.id,
        metric,
        kind,
        ...thin(
          xs,
          records.map((one) => one[metric as "val_loss"]),
          range
        )
      }
    }
    const xs = axis(
      x,
      systemColumns["time"]!,
      (i) => (i / ticks) * epoch,
      (i) => Math.round((i / ticks) * recipe.done)
    )
    return { id: recipe.id, metric, kind, ...thin(xs, systemColumns[metric]!, range) }
  }

  return {
    summary,
    detail,
    metrics: recipe.done === 0 ? [] : [...perStep, ...(records.length ? perEpoch : []), ...system],
    series,
    examples: (split) => {
      const next = random(seed + split.length)
      return records.length === 0
        ? []
        : Array.from({ length: 12 }, (_, i) => {
            const label = Math.floor(next() * classes.length)
            const predicted =
              (label + 1 + Math.floor(next() * (classes.length - 1))) % classes.length
            const probability = 0.004 + i * 0.011 + next() * 0.01
            return {
              index: Math.floor(next() * 900),
              name: `${classes[label]}_${String(i + 3).padStart(3, "0")}.wav`,
              path: `data/voices/${classes[label]}/${String(i + 3).padStart(3, "0")}.wav`,
              from: 1.5 * (i % 3),
              to: 1.5 * ((i % 3) + 1),
              label: classes[label]!,
              predicted: classes[predicted]!,
              probability: 0.95 - 0.02 * i,
              labelProbability: probability,
              loss: -Math.log(probability),
              media: "audio" as const
            }
          })
    }
  }
}

/** A spectrogram like one of speech: harmonics that glide, with pauses. */
export const makeSpectrogram = (index: number): Spectrogram => {
  const next = random(index)
  const [frames, mels] = [150, 64]
  const pitch = 4 + 5 * next()
  const values = Array.from({ length: frames * mels }, (_, at) => {
    const frame = Math.floor(at / mels)
    const mel = at % mels
    const voiced = Math.sin((frame / 17) * (1 + next() * 0.001)) > -0.35 ? 1 : 0.12
    const harmonic = Math.cos(((mel + Math.sin(frame / 23) * 2) / pitch) * 2 * Math.PI)
    const formant = Math.exp(-(((mel - 22 - 8 * Math.sin(frame / 31)) / 14) ** 2)) + 0.25
    return -78 + 62 * voiced * formant * (0.55 + 0.45 * harmonic) + 5 * next()
  })
  return { frames, mels, values, seconds: 1.5 }
}

/** A second and a half of a tone with the harmonics of a voice, as WAV. */
export const makeTone = (index: number): Uint8Array => {
  const rate = 16_000
  const samples = rate * 1.5
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
    const phase = (2 * Math.PI * (110 + (index % 80)) * i) / rate
    wav.writeInt16LE(Math.round(6000 * (Math.sin(phase) + 0.5 * Math.sin(2 * phase))), 44 + i * 2)
  }
  return new Uint8Array(wav)
}

const warning = (minutes: number, code: string, message: string): Warning => ({
  time: iso(now - minutes * 60_000),
  code,
  message
})

/** The runs of the pictures: one of each status, with trouble here and there, and hostile names. */
export const recipes: ReadonlyArray<Recipe> = [
  {
    id: "speaker/mixup-0.2",
    name: "mixup 0.2",
    status: "running",
    epochs: 25,
    stepsPerEpoch: 320,
    done: 4173,
    learningRate: 0.002,
    speed: 1,
    floor: 0.05,
    tags: ["mixup", "baseline"],
    notes: "Does mixup close the gap between training and validation?",
    startedMinutesAgo: 3.4,
    warnings: [warning(2, "StepSkipped", "step 2,114 has diverged (loss NaN) and is skipped")]
  },
  {
    id: "speaker/adamw-wd",
    name: "adamw, weight decay",
    status: "running",
    epochs: 40,
    stepsPerEpoch: 320,
    done: 1490,
    learningRate: 0.004,
    speed: 1.5,
    floor: 0.04,
    optimizer: "adamw",
    tags: ["optimizer"],
    startedMinutesAgo: 1.2
  },
  {
    id: "speaker/baseline",
    name: "baseline",
    status: "finished",
    epochs: 25,
    stepsPerEpoch: 320,
    done: 8000,
    learningRate: 0.002,
    speed: 0.85,
    floor: 0.07,
    tags: ["baseline"],
    startedMinutesAgo: 95
  },
  {
    id: "speaker/no-augment",
    name: "no augmentation",
    status: "finished",
    epochs: 25,
    stepsPerEpoch: 320,
    done: 8000,
    learningRate: 0.002,
    speed: 1.6,
    floor: 0.012,
    overfits: true,
    tags: ["ablation"],
    startedMinutesAgo: 150,
    warnings: [
      warning(
        148,
        "Model",
        "dropout is 0: the model has more parameters than the data has examples"
      )
    ]
  },
  {
    id: "speaker/tdnn-wide",
    name: "tdnn, wide",
    status: "interrupted",
    epochs: 25,
    stepsPerEpoch: 320,
    done: 3390,
    learningRate: 0.001,
    speed: 0.6,
    floor: 0.1,
    tags: ["architecture"],
    startedMinutesAgo: 410,
    parent: {
      id: "speaker/baseline",
      path: "speaker/baseline/epoch_0005.safetensors",
      epoch: 5,
      step: 0
    }
  },
  {
    id: "speaker/lr-0.05",
    name: "lr 0.05",
    status: "stopped",
    epochs: 25,
    stepsPerEpoch: 320,
    done: 2560,
    learningRate: 0.05,
    speed: 0.22,
    floor: 0.9,
    optimizer: "sgd",
    tags: ["sweep"],
    startedMinutesAgo: 1510,
    warnings: [
      warning(1500, "Diverged", "the weights have diverged and are not saved"),
      warning(
        1499,
        "DivergenceRestored",
        "resumed from epoch 4, step 0; the learning rate is halved"
      )
    ]
  },
  {
    id: "speaker/batch-128",
    name: "batch 128",
    status: "finished",
    epochs: 25,
    stepsPerEpoch: 80,
    done: 2000,
    learningRate: 0.004,
    speed: 0.7,
    floor: 0.09,
    batchSize: 128,
    tags: ["sweep"],
    startedMinutesAgo: 2890
  },
  {
    id: "hostile/<b>bold<b>",
    name: `<img src=x onerror="document.title='owned'">`,
    status: "interrupted",
    epochs: 3,
    stepsPerEpoch: 40,
    done: 71,
    learningRate: 0.01,
    speed: 1,
    floor: 0.3,
    tags: ["<script>alert(1)</script>"],
    notes: "</script><script>document.title='owned'</script>",
    startedMinutesAgo: 4300,
    classes: ["<i>a</i>", "b & c", '"d"']
  },
  {
    id: "speaker/cut-off",
    name: "cut off",
    status: "interrupted",
    epochs: 10,
    stepsPerEpoch: 320,
    done: 900,
    learningRate: 0.002,
    speed: 1,
    floor: 0.1,
    startedMinutesAgo: 6000,
    problem: "the log cannot be read beyond line 412: unexpected end of JSON"
  },
  {
    id: "speaker/new",
    name: "just started",
    status: "running",
    epochs: 25,
    stepsPerEpoch: 320,
    done: 0,
    learningRate: 0.002,
    speed: 1,
    floor: 0.1,
    startedMinutesAgo: 0
  }
]

/** The runs of `recipes`, and as many more as make `count`. */
export const makeRuns = (count = recipes.length): ReadonlyArray<Fixture> =>
  Array.from({ length: count }, (_, i) => {
    const recipe = recipes[i]
    if (recipe !== undefined) return makeRun(recipe, i + 1)
    const like = recipes[2 + (i % 5)]!
    return makeRun(
      {
        ...like,
        id: `sweep/${String(i).padStart(4, "0")}`,
        name: `sweep ${i}`,
        done: Math.min(like.done, 640),
        learningRate: like.learningRate * (0.5 + (i % 7) / 5),
        startedMinutesAgo: 7000 + i * 11
      },
      i + 1
    )
  })
