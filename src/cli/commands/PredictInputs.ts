import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { LogMelInput } from "../../audio/index.js"
import { Backend, type BackendName } from "../../backends/Backend.js"
import type { BackendError } from "../../backends/BackendError.js"
import { DataError } from "../../data/DataError.js"
import type { Layout } from "../../data/Layout.js"
import { stringify } from "../../events/JsonLines.js"
import { t } from "../../language/Text.js"
import { Output } from "../../terminal/Output.js"
import { inputsOf } from "../../training/DatasetIdentity.js"
import type { AnyObjective } from "../../training/Objective.js"
import type { TrainedModel } from "../../training/TrainedModel.js"
import * as Examples from "../predict/Examples.js"
import * as Prediction from "../predict/Prediction.js"
import * as LoadTrainedModel from "../LoadTrainedModel.js"
import type * as TrainedModelOption from "../TrainedModelOption.js"

/** The command line of `holdfast predict`, as parsed. */
export interface Options extends TrainedModelOption.Given {
  readonly inputs: ReadonlyArray<string>
  /** How many classes are printed; null: as the format has it. */
  readonly top: number | null
  readonly backend: Option.Option<BackendName>
  readonly json: boolean
}

type Trained = TrainedModel<unknown, AnyObjective>

/** So many examples, or windows of a recording, are predicted at a time. */
const atOnce = 256

/** Where an example is from: a file, and a line or an example of it. */
interface Origin {
  readonly input: string
  readonly line?: number
  readonly example?: number
}

/** Predicts for each file in turn; what cannot be read is reported, and fails the command at its end. */
export const run = (options: Options) =>
  Effect.gen(function* () {
    const trained = yield* LoadTrainedModel.load("predict", options)
    const report = yield* reporter(options, trained)
    const inputs = options.inputs.length === 0 ? ["-"] : options.inputs
    const recording = recordingInput(trained)
    const fields = recording === null ? yield* fieldsOf(trained) : []
    for (const input of inputs) {
      yield* (
        recording === null
          ? predictRows(trained, fields, input, report)
          : predictRecording(trained, recording, input, report)
      ).pipe(Effect.catchTag("DataError", (error) => report.failed({ input }, error.detail)))
    }
    yield* report.end
  }).pipe(Effect.provide(Backend.layer(Option.getOrUndefined(options.backend))), Effect.scoped)

/** How inputs are made of recordings, if that is what the model takes. */
const recordingInput = ({ meta }: Trained): LogMelInput.LogMelInput | null =>
  Option.getOrNull(
    meta.dataset.preprocessing === undefined
      ? LogMelInput.ofConfig(meta.config)
      : Schema.decodeUnknownOption(LogMelInput.LogMelInput)(meta.dataset.preprocessing)
  )

const fieldsOf = ({ meta, model, path }: Trained): Effect.Effect<Layout["inputs"], DataError> => {
  const fields = inputsOf(meta.dataset)
  return fields.length === model.inputs.length &&
    (fields.length > 1 || fields[0]!.shape.length === model.inputs[0]!.shape.length - 1)
    ? Effect.succeed(fields)
    : new DataError({
        reason: "Mismatch",
        path,
        detail: t`the dataset does not declare the inputs of this model, as with custom batches; use the model in code`
      })
}

/** A recording is what its windows say on average. */
const predictRecording = Effect.fnUntraced(function* (
  { predict }: Trained,
  recording: LogMelInput.LogMelInput,
  input: string,
  report: Reporter
) {
  const windows =
    input === "-"
      ? yield* LogMelInput.ofBytes("-", yield* standardInput, recording)
      : yield* LogMelInput.ofFile(input, recording)
  const size = recording.frames * recording.mels
  const sums = new Map<string, Array<number>>()
  for (let at = 0; at < windows.length; at += atOnce * size) {
    const some = windows.subarray(at, at + atOnce * size)
    const count = some.length / size
    const outputs = namedOutputs(yield* predict(some, count))
    for (const [name, numbers] of Object.entries(outputs)) {
      const width = numbers.length / count
      const sum = sums.get(name) ?? Array.from({ length: width }, () => 0)
      numbers.forEach((number, i) => (sum[i % width]! += number))
      sums.set(name, sum)
    }
  }
  const mean = (sum: ReadonlyArray<number>) => sum.map((one) => one / (windows.length / size))
  const means = [...sums].map(([name, sum]) => [name, mean(sum)] as const)
  yield* report.predicted({ input }, Object.fromEntries(means))
})

/** Each line is a value of JSON, or the whole file is, as its name says. */
const predictRows = Effect.fnUntraced(function* (
  trained: Trained,
  fields: Layout["inputs"],
  input: string,
  report: Reporter
) {
  const rows = new Rows(trained, fields, report)
  if (/\.json$/i.test(input)) {
    const fileSystem = yield* FileSystem.FileSystem
    const text = yield* Effect.mapError(fileSystem.readFileString(input), unreadable(input))
    yield* rows.add({ input }, text)
    return yield* rows.flush
  }
  let line = 0
  yield* (yield* bytesOf(input)).pipe(
    Stream.mapError(unreadable(input)),
    Stream.decodeText(),
    Stream.splitLines,
    // What a program writes to a pipe line by line is answered line by line.
    Stream.chunks,
    Stream.runForEach((lines) =>
      Effect.gen(function* () {
        for (const text of lines) {
          line++
          if (text.trim() !== "") yield* rows.add({ input, line }, text)
        }
        yield* rows.flush
      })
    )
  )
})

/** Examples that wait until there are enough of them, or no more for now. */
class Rows {
  private waiting: Array<readonly [Origin, Examples.Example]> = []
  private readonly prepare: (numbers: ReadonlyArray<number>) => ReadonlyArray<number>

  constructor(
    private readonly trained: Trained,
    private readonly fields: Layout["inputs"],
    private readonly report: Reporter
  ) {
    this.prepare = Examples.standardizer(trained.meta.dataset.preprocessing) ?? ((x) => x)
  }

  add(origin: Origin, text: string): Effect.Effect<void, BackendError> {
    return Effect.gen(this, function* () {
      const examples = Either.flatMap(
        Either.mapLeft(Schema.decodeEither(Schema.parseJson())(text), () => t`is not JSON`),
        (value) => Examples.examplesOf(value, this.fields)
      )
      if (Either.isLeft(examples)) {
        // What comes before it is printed before it.
        yield* this.flush
        return yield* this.report.failed(origin, examples.left)
      }
      const { length } = examples.right
      for (const [i, example] of examples.right.entries()) {
        this.waiting.push([length === 1 ? origin : { ...origin, example: i + 1 }, example])
        if (this.waiting.length === atOnce) yield* this.flush
      }
    })
  }

  readonly flush: Effect.Effect<void, BackendError> = Effect.suspend(() => {
    const { waiting } = this
    this.waiting = []
    if (waiting.length === 0) return Effect.void
    const batch = Examples.batchOf(
      waiting.map(([, example]) => example),
      this.fields,
      this.prepare
    )
    return Effect.flatMap(this.trained.predict(batch, waiting.length), (predicted) => {
      const outputs = Object.entries(namedOutputs(predicted))
      return Effect.forEach(
        waiting,
        ([origin], i) => {
          const own = outputs.map(([name, numbers]) => {
            const width = numbers.length / waiting.length
            return [name, [...numbers.subarray(i * width, (i + 1) * width)]] as const
          })
          return this.report.predicted(origin, Object.fromEntries(own))
        },
        { discard: true }
      )
    })
  })
}

/** Outputs by name; "" for a single one. */
const namedOutputs = (
  predicted: Float32Array | Readonly<Record<string, Float32Array>>
): Readonly<Record<string, Float32Array>> =>
  predicted instanceof Float32Array ? { "": predicted } : predicted

/** Prints predictions, and what could not be read. */
interface Reporter {
  readonly predicted: (
    origin: Origin,
    outputs: Readonly<Record<string, ReadonlyArray<number>>>
  ) => Effect.Effect<void>
  readonly failed: (origin: Origin, detail: string) => Effect.Effect<void>
  /** Fails if anything has. */
  readonly end: Effect.Effect<void, DataError>
}

const reporter = Effect.fnUntraced(function* (
  { json, top }: Options,
  { classes, labels, meta }: Trained
) {
  const { err, out } = yield* Output
  const most = top ?? (json ? Infinity : 1)
  const failures: Array<string> = []
  let count = 0
  const of = (name: string, numbers: ReadonlyArray<number>) =>
    Prediction.predictionOf(
      numbers,
      name === "" ? classes : (labels[name]?.classes ?? []),
      meta.outputs?.[name]?.activation,
      most
    )
  const result: Reporter = {
    predicted: (origin, outputs) => {
      count++
      const all = Object.entries(outputs).map(
        ([name, numbers]) => [name, of(name, numbers)] as const
      )
      const [first] = all
      const isSingle = all.length === 1 && first![0] === ""
      if (json) {
        const fields = isSingle ? first![1] : { outputs: Object.fromEntries(all) }
        return out(`${stringify({ ...origin, ...fields })}\n`)
      }
      const text = all.map(([name, one]) =>
        isSingle ? Prediction.draw(one) : `${name} ${Prediction.draw(one)}`
      )
      return out(`${draw(origin)}: ${text.join("; ")}\n`)
    },
    failed: (origin, detail) => {
      failures.push(draw(origin))
      const line = err(`${draw(origin)}: ${detail}\n`)
      return json
        ? Effect.zipRight(line, out(`${stringify({ ...origin, error: detail })}\n`))
        : line
    },
    end: Effect.suspend(() =>
      failures.length === 0
        ? Effect.void
        : new DataError({
            reason: "Unreadable",
            path: shortened(failures),
            detail: t`${failures.length} of ${failures.length + count} inputs could not be read`
          })
    )
  }
  return result
})

const shortened = (names: ReadonlyArray<string>): string =>
  names.length <= 5
    ? names.join(", ")
    : t`${names.slice(0, 5).join(", ")} and ${names.length - 5} more`

const draw = ({ example, input, line }: Origin): string =>
  [input, line, example].filter((part) => part !== undefined).join(":")

const bytesOf = Effect.fnUntraced(function* (input: string) {
  const fileSystem = yield* FileSystem.FileSystem
  return input === "-" ? standardInputParts : fileSystem.stream(input)
})

const standardInputParts: Stream.Stream<Uint8Array, unknown> = Stream.fromAsyncIterable(
  process.stdin,
  (error) => error
)

const standardInput = Effect.mapBoth(Stream.runCollect(standardInputParts), {
  onFailure: (error) => unreadable("-")(error),
  onSuccess: (parts) => new Uint8Array(Buffer.concat([...parts]))
})

const unreadable =
  (path: string) =>
  (error: unknown): DataError =>
    new DataError({
      reason: "Unreadable",
      path,
      detail:
        Predicate.hasProperty(error, "reason") && error.reason === "NotFound"
          ? t`does not exist`
          : t`cannot be read: ${error instanceof Error ? error.message : String(error)}`
    })
