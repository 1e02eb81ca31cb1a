import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { BackendError } from "../../backends/BackendError.js"
import type { Layout } from "../../data/Layout.js"
import { t } from "../../language/Text.js"
import type { AnyObjective } from "../../training/Objective.js"
import type { TrainedModel } from "../../training/TrainedModel.js"
import * as Examples from "./Examples.js"
import { namedOutputs } from "./Prediction.js"
import type { Origin, Reporter } from "./Reporter.js"

/** So many examples, or windows of a recording, are predicted at a time. */
export const atOnce = 256

/** Examples that wait until there are enough of them, or no more for now. */
export class Rows {
  private waiting: Array<readonly [Origin, Examples.Example]> = []
  private readonly prepare: (numbers: ReadonlyArray<number>) => ReadonlyArray<number>
  private readonly examplesOf: Examples.Read

  constructor(
    private readonly trained: TrainedModel<unknown, AnyObjective>,
    private readonly fields: Layout["inputs"],
    private readonly report: Reporter,
    read: Examples.Read | null = null,
    /** What counts of the numbers that the model says of an example. */
    private readonly partOf = (numbers: Float32Array, _example: Examples.Example) => numbers
  ) {
    this.examplesOf = read ?? ((value) => Examples.examplesOf(value, fields))
    this.prepare = Examples.standardizer(trained.meta.dataset.preprocessing) ?? ((x) => x)
  }

  add(origin: Origin, text: string): Effect.Effect<void, BackendError> {
    return this.addFound(
      origin,
      Either.flatMap(
        Either.mapLeft(Schema.decodeEither(Schema.parseJson())(text), () => t`is not JSON`),
        this.examplesOf
      )
    )
  }

  /** A row of a table, or a text. */
  addRow(origin: Origin, row: Either.Either<unknown, string>) {
    return this.addFound(origin, Either.flatMap(row, this.examplesOf))
  }

  private addFound(
    origin: Origin,
    examples: Either.Either<ReadonlyArray<Examples.Example>, string>
  ): Effect.Effect<void, BackendError> {
    return Effect.gen(this, function* () {
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
        ([origin, example], i) => {
          const own = outputs.map(([name, numbers]) => {
            const width = numbers.length / waiting.length
            const all = numbers.subarray(i * width, (i + 1) * width)
            return [name, [...this.partOf(all, example)]] as const
          })
          return this.report.predicted(origin, Object.fromEntries(own))
        },
        { discard: true }
      )
    })
  })
}
