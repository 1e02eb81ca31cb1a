/**
 * Says whether two recordings are of one speaker:
 *
 *   npx tsx compare.ts checkpoints/verification one.wav another.wav
 *
 * by the cosine of their embeddings, and by the threshold at which rejections and false acceptances were as
 * frequent on the validation split.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { pathToFileURL } from "node:url"
import { Checkpoints, Holdfast, type Objective, type TrainedModel } from "holdfast"
import { LogMelInput } from "holdfast/audio"

/** The embedding of a recording: the sum of those of the windows that cover it. */
const embed = ({ meta, predict }: TrainedModel<unknown, Objective.AnyObjective>, path: string) =>
  Effect.gen(function* () {
    const input = yield* Schema.decodeUnknown(LogMelInput.LogMelInput)(meta.dataset.preprocessing)
    const windows = yield* LogMelInput.ofFile(path, input)
    const count = windows.length / (input.frames * input.mels)
    const embeddings = (yield* predict(windows, count)) as Float32Array
    const length = embeddings.length / count
    return Array.from({ length }, (_, i) =>
      Array.from({ length: count }, (_, window) => embeddings[window * length + i]!).reduce(
        (sum, x) => sum + x
      )
    )
  })

const dot = (a: ReadonlyArray<number>, b: ReadonlyArray<number>) =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0)

/** The cosine of the embeddings of two recordings, and whether it reaches the threshold. */
export const compare = Effect.fn("compare")(function* (folder: string, one: string, other: string) {
  const { best } = yield* Checkpoints.open(folder)
  const { path } = yield* Option.match(yield* best, {
    onNone: () => Effect.fail(new Error(`${folder} holds no best checkpoint; train first`)),
    onSome: Effect.succeed
  })
  const trained = yield* Checkpoints.trained(path)
  const [a, b] = [yield* embed(trained, one), yield* embed(trained, other)]
  const score = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
  const threshold = trained.meta.train_history.at(-1)!["val_eer_threshold"]!
  return { score, threshold, isSame: score >= threshold }
})

const program = Effect.gen(function* () {
  const [folder, one, other] = process.argv.slice(2)
  if (folder === undefined || one === undefined || other === undefined) {
    return yield* Effect.fail(new Error("usage: compare.ts CHECKPOINTS ONE.wav ANOTHER.wav"))
  }
  const { isSame, score, threshold } = yield* compare(folder, one, other)
  const answer = isSame ? "the same speaker" : "different speakers"
  process.stdout.write(`${answer}: ${score.toFixed(3)}, threshold ${threshold.toFixed(3)}\n`)
})

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  await Effect.runPromise(
    Effect.scoped(program).pipe(
      Effect.provide(Holdfast.layer()),
      Effect.catchAll((error) =>
        Effect.sync(() => {
          process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`)
          process.exitCode = 1
        })
      )
    )
  )
}
