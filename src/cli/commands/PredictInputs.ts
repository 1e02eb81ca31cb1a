import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { LogMelInput } from "../../audio/index.js"
import { Backend, type BackendName } from "../../backends/Backend.js"
import { DataError } from "../../data/DataError.js"
import type { Layout } from "../../data/Layout.js"
import { endings, type Decode, type ImageProblem } from "../../data/image/decode.js"
import { decoder } from "../../data/image/fromImages.js"
import { ImageInput } from "../../data/image/ImageInput.js"
import { batchOf, render } from "../../data/image/render.js"
import * as Csv from "../../data/table/Csv.js"
import * as Parquet from "../../data/table/Parquet.js"
import type { Row, RowSource } from "../../data/table/Row.js"
import { reader, TableInput } from "../../data/table/TableInput.js"
import { rowsOf } from "../../data/text/fromText.js"
import { readWhole } from "../../data/text/Passages.js"
import * as TextInput from "../../data/text/TextInput.js"
import { concat } from "../../io/concat.js"
import { t } from "../../language/Text.js"
import { inputsOf } from "../../training/DatasetIdentity.js"
import type { AnyObjective } from "../../training/Objective.js"
import type { TrainedModel } from "../../training/TrainedModel.js"
import * as Examples from "../predict/Examples.js"
import { namedOutputs } from "../predict/Prediction.js"
import * as Reporter from "../predict/Reporter.js"
import { atOnce, Rows } from "../predict/Rows.js"
import * as LoadTrainedModel from "../LoadTrainedModel.js"
import type * as TrainedModelOption from "../TrainedModelOption.js"

/** The command line of `holdfast predict`, as parsed. */
export interface Options extends TrainedModelOption.Given {
  readonly inputs: ReadonlyArray<string>
  readonly text: ReadonlyArray<string>
  /** How many classes are printed; null: as the format has it. */
  readonly top: number | null
  readonly backend: Option.Option<BackendName>
  readonly json: boolean
}

type Trained = TrainedModel<unknown, AnyObjective>

/** Predicts for each file in turn; what cannot be read is reported, and fails the command at its end. */
export const run = (options: Options) =>
  Effect.gen(function* () {
    const trained = yield* LoadTrainedModel.load("predict", options)
    const report = yield* Reporter.make(options, trained)
    const inputs = options.inputs.length + options.text.length === 0 ? ["-"] : options.inputs
    const recording = recordingInput(trained)
    const table = tableInput(trained)
    const image = imageInput(trained)
    const decode = image === null ? null : yield* decoder(image.decoder)
    const text = Option.getOrNull(TextInput.of(trained.meta.dataset.preprocessing))
    const fields = recording === null ? yield* fieldsOf(trained) : []
    const read = yield* readerOf(table, text)
    const partOf = text?.predicts === "next_token" ? Examples.nextToken(text) : undefined
    const rows = () => new Rows(trained, fields, report, read, partOf)
    for (const given of options.text) {
      const own = rows()
      yield* own.addRow(
        { input: given },
        text === null ? Either.left(t`the model takes no texts`) : Either.right(given)
      )
      yield* own.flush
    }
    for (const input of inputs) {
      yield* (
        image !== null && decode !== null && endings.test(input)
          ? predictImage(trained, image, decode, input, report)
          : recording === null
            ? text === null
              ? predictRows(rows(), table === null ? null : sourceOf(table, input), input)
              : predictTexts(rows(), text, input)
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

/** How inputs are made of the rows of a table, if that is what the model takes. */
const tableInput = ({ meta }: Trained): TableInput | null =>
  Option.getOrNull(Schema.decodeUnknownOption(TableInput)(meta.dataset.preprocessing))

/** How an input is made of an image, if that is what the model takes. */
const imageInput = ({ meta }: Trained): ImageInput | null =>
  Option.getOrNull(Schema.decodeUnknownOption(ImageInput)(meta.dataset.preprocessing))

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
  report: Reporter.Reporter
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

/** An image, as training scales it where it changes nothing at random. */
const predictImage = Effect.fnUntraced(function* (
  { predict }: Trained,
  image: ImageInput,
  decode: Decode,
  input: string,
  report: Reporter.Reporter
) {
  const fileSystem = yield* FileSystem.FileSystem
  const bytes = yield* Effect.mapError(fileSystem.readFile(input), unreadable(input))
  const pixels = yield* Effect.tryPromise({
    try: () => decode(bytes),
    catch: (error) =>
      new DataError({ reason: "Unreadable", path: input, detail: (error as ImageProblem).message })
  })
  const batch = batchOf([render(pixels, image)], image)
  const outputs = Object.entries(namedOutputs(yield* predict(batch, 1)))
  yield* report.predicted(
    { input },
    Object.fromEntries(outputs.map(([name, numbers]) => [name, [...numbers]]))
  )
})

/** Reads examples of tables and of texts; null: those of numbers. */
const readerOf = (table: TableInput | null, text: TextInput.TextInput | null) =>
  Effect.gen(function* () {
    if (text !== null) {
      const read = yield* TextInput.reader(text)
      return (value: unknown) => Examples.textExamplesOf(value, text, read)
    }
    if (table === null) return null
    const read = reader(table)
    return (value: unknown) => Examples.tableExamplesOf(value, read)
  })

/** The text of a .txt file, those in the column of a table, else each line is one. */
const predictTexts = Effect.fnUntraced(function* (
  rows: Rows,
  { column = "text" }: TextInput.TextInput,
  input: string
) {
  if (/\.(csv|tsv|parquet|jsonl|ndjson)$/i.test(input)) {
    return yield* predictRows(rows, rowsOf(input, [column], {}), input)
  }
  if (/\.json$/i.test(input)) return yield* predictRows(rows, null, input)
  if (/\.txt$/i.test(input)) {
    const text = yield* readWhole(input, "utf-8")
    yield* rows.addRow(
      { input },
      typeof text === "string" ? Either.right(text) : Either.left(text.problem)
    )
    return yield* rows.flush
  }
  yield* eachLine(
    input,
    (text, line) => rows.addRow({ input, line }, Either.right(text)),
    rows.flush
  )
})

/** The rows of a table; else each line is a value of JSON, or the whole file is, as its name says. */
const predictRows = Effect.fnUntraced(function* (
  rows: Rows,
  source: RowSource | null,
  input: string
) {
  if (source !== null) {
    yield* Stream.runForEach(source.read(input), ({ columns, rows: some }) =>
      Effect.gen(function* () {
        for (const row of some) {
          yield* rows.addRow({ input, line: row.at }, cellsByColumn(columns, row))
        }
      })
    )
    return yield* rows.flush
  }
  if (/\.json$/i.test(input)) {
    const fileSystem = yield* FileSystem.FileSystem
    const text = yield* Effect.mapError(fileSystem.readFileString(input), unreadable(input))
    yield* rows.add({ input }, text)
    return yield* rows.flush
  }
  yield* eachLine(input, (text, line) => rows.add({ input, line }, text), rows.flush)
})

/** Calls `see` with each line that is not empty, and then `flush`: a program's lines are answered as they come. */
const eachLine = Effect.fnUntraced(function* <E>(
  input: string,
  see: (text: string, line: number) => Effect.Effect<void, E>,
  flush: Effect.Effect<void, E>
) {
  let line = 0
  yield* (yield* bytesOf(input)).pipe(
    Stream.mapError(unreadable(input)),
    Stream.decodeText(),
    Stream.splitLines,
    Stream.chunks,
    Stream.runForEach((lines) =>
      Effect.gen(function* () {
        for (const text of lines) {
          line++
          if (text.trim() !== "") yield* see(text, line)
        }
        yield* flush
      })
    )
  )
})

/** How the rows of a file are read, by the end of its name; null: it holds JSON. */
const sourceOf = ({ csv, inputs }: TableInput, input: string): RowSource | null => {
  const columns = inputs.flatMap(({ columns }) => columns.map(({ column }) => column))
  const isTabbed = /\.tsv$/i.test(input)
  const { delimiter = isTabbed ? "\t" : ",", encoding = "utf-8" } = csv ?? {}
  return /\.parquet$/i.test(input)
    ? Parquet.source(columns)
    : /\.[ct]sv$/i.test(input)
      ? Csv.source({ delimiter, encoding, header: null })
      : null
}

const cellsByColumn = (columns: ReadonlyArray<string>, row: Row) =>
  "problem" in row
    ? Either.left(row.problem)
    : row.cells.length === columns.length
      ? Either.right(Object.fromEntries(columns.map((name, i) => [name, row.cells[i]])))
      : Either.left(t`has ${row.cells.length} cells, where the header has ${columns.length}`)

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
  onSuccess: (parts) => concat([...parts])
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
