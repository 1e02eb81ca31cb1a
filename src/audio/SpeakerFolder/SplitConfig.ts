import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Choice from "../../config/Choice.js"
import { field } from "../../config/Field.js"
import * as Split from "../../data/Split.js"
import * as RecordingSplit from "./Split.js"

const fraction = Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThan(1))

const fields = {
  test_pattern: field(
    Schema.NullOr(Schema.NonEmptyString),
    null,
    "A regular expression on file names (without folders), in the syntax of RE2, without lookaheads and backreferences: what it matches is the test split. Where it is null or matches no file of the data, test_fraction decides."
  ),
  validation_fraction: field(
    fraction,
    0.1,
    "The part of what is not test data that measures progress, by a hash of speaker and file name: files that are added or removed move no other."
  ),
  test_fraction: field(
    fraction,
    0.1,
    "The part of all recordings kept for the final test, by the same hash; not used where test_pattern matches."
  )
}

/** By a hash of their names, with every speaker in the training split. */
export const byRecording = Split.define("by_recording", {
  description:
    "By a hash of speaker and file name, with every speaker to train on: where the fractions would leave a split empty or a speaker untrained, recordings move. These fields may be given without a name.",
  fields,
  make: (config): Split.Split => ({
    assign: ({ keyOf, size }) =>
      Either.mapBoth(
        RecordingSplit.assign(
          Array.from({ length: size }, (_, i) => {
            const [speaker, ...path] = String(keyOf(i)).split("/")
            return { speaker: speaker!, file: path.join("/") }
          }),
          config
        ),
        {
          onLeft: ({ message }) => message,
          onRight: ({ splits }) => Uint8Array.from(splits, (name) => Split.names.indexOf(name))
        }
      )
  })
})

/** Before there were others, the fields had no name. */
const unnamed = Schema.transform(Schema.Struct(fields), Schema.typeSchema(byRecording.Config), {
  strict: true,
  decode: (config) => ({ name: byRecording.name, ...config }),
  encode: ({ name: _name, ...config }) => config
})

/** How recordings are divided, as the `data` section of a config has it. */
export const SplitConfig = Schema.Union(Choice.union(byRecording, ...Split.builtIn), unnamed)
export type SplitConfig = typeof SplitConfig.Type

export const defaultSplit: SplitConfig = {
  name: "by_recording",
  test_pattern: null,
  validation_fraction: 0.1,
  test_fraction: 0.1
}
