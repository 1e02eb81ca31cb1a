import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { t } from "../../language/Text.js"
import { backend } from "../BackendOption.js"
import * as Command from "../Command.js"
import { onCheckpoints } from "../Platform.js"
import * as TrainedModelOption from "../TrainedModelOption.js"

/** `holdfast predict`. */
export const predict = Command.make({
  name: "predict",
  summary: t`Predict with a trained model, from files or standard input`,
  examples: [
    ["holdfast predict checkpoints --best someone.wav", t`who is talking, by the speaker model`],
    ["holdfast predict checkpoints --best photos/*.jpg", t`each image`],
    ["holdfast predict checkpoints --best houses.csv", t`each row of a table`],
    ['holdfast predict checkpoints --best --text "I liked it"', t`a text, or --best letter.txt`],
    ["holdfast predict checkpoints --best rows.ndjson --top 3", t`a line of JSON an example`],
    ["holdfast predict checkpoints --best --json < rows.ndjson", t`from standard input, as JSON`]
  ],
  arguments: {
    from: Command.argument(t`a checkpoint, or a folder of checkpoints`),
    inputs: Command.rest(
      t`files: WAV, FLAC, MP3 or Ogg for a model of recordings, PNG or JPEG for one of images, .csv or .parquet for one of tables, these, .jsonl or .txt for one of texts, else .json or lines of JSON; - or none: standard input`
    )
  },
  options: {
    ...TrainedModelOption.options,
    text: Command.values("TEXT", t`a text, for a model of texts; may be repeated`),
    top: {
      ...Command.value(
        "N",
        t`how many classes to print, the likeliest first; default: 1, with --json all`
      ),
      read: ([given]) =>
        given === undefined
          ? Either.right(null)
          : /^[1-9]\d*$/.test(given)
            ? Either.right(Number(given))
            : Either.left(t`--top is ${given}; give a whole number greater than 0`)
    } satisfies Command.Parameter<number | null>,
    backend,
    json: Command.flag(t`print a line of JSON for each prediction`)
  },
  notes: t`An example is an array of numbers of the shape of the input, or an object of arrays if inputs have names; for a model of tables, an object of cells by column; for one of texts, a text, each line being one. A line may hold several. What cannot be read is reported, and the rest continues; the exit code is then 1.`,
  run: (given) =>
    onCheckpoints(
      Effect.flatMap(
        Effect.promise(() => import("./PredictInputs.js")),
        ({ run }) => run(given)
      )
    )
})
