import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { t } from "../../language/Text.js"
import * as Command from "../Command.js"
import { onCheckpoints } from "../Platform.js"
import * as TrainedModelOption from "../TrainedModelOption.js"

/** An option that takes one of some words. */
const oneOf = <A extends string>(
  option: string,
  words: ReadonlyArray<A>,
  meaning: string
): Command.Parameter<Option.Option<A>> => ({
  ...Command.value(words.join("|"), meaning),
  read: ([given]) => {
    if (given === undefined) return Either.right(Option.none())
    const found = words.find((word) => word === given)
    return found === undefined
      ? Either.left(t`${option} is ${given}; choose one of ${words.join(", ")}`)
      : Either.right(Option.some(found))
  }
})

/** `holdfast export`. Not called `export`, which is a word of the language. */
export const exportModel = Command.make({
  name: "export",
  summary: t`Export a trained model for TensorFlow.js, ONNX, Keras or PyTorch`,
  examples: [
    ["holdfast export checkpoints --best -o web", t`a folder with model.json, for browsers`],
    ["holdfast export checkpoints --best -o model.onnx", t`for ONNX Runtime`],
    [
      "holdfast export checkpoints --best -o model.onnx --int8",
      t`the same in a quarter of the size`
    ],
    ["holdfast export checkpoints/best_model.safetensors -o model.keras", t`for Keras 3`],
    [
      "holdfast export checkpoints -o weights.safetensors --layout pytorch",
      t`only the weights, named and shaped as in PyTorch`
    ]
  ],
  arguments: { from: Command.argument(t`a checkpoint, or a folder of checkpoints`) },
  options: {
    output: {
      ...Command.value("PATH", t`the file to write, or the folder of tfjs`),
      short: "-o",
      read: ([given]) =>
        given === undefined || given === ""
          ? Either.left(
              t`name what to write: -o model.onnx, -o model.keras, -o weights.safetensors, or a folder for tfjs`
            )
          : Either.right(given)
    } satisfies Command.Parameter<string>,
    format: oneOf(
      "--format",
      ["tfjs", "onnx", "keras", "safetensors"],
      t`default: what the end of PATH says; a folder is tfjs`
    ),
    ...TrainedModelOption.options,
    int8: Command.flag(t`store the larger weights as 8-bit integers; tfjs and onnx`),
    layout: oneOf(
      "--layout",
      ["keras", "pytorch"],
      t`whose names and shapes weights have; safetensors; default: keras`
    ),
    force: Command.flag(t`replace files that exist`),
    json: Command.flag(t`print what was written as JSON`)
  },
  notes: t`Beside the model a JSON file says how to use it: inputs, preprocessing, outputs and classes. Files of Keras need the package h5wasm: npm install h5wasm@0.10.3.`,
  run: (given) =>
    onCheckpoints(
      Effect.flatMap(
        Effect.promise(() => import("./ExportModel.js")),
        ({ run }) => run(given)
      )
    )
})
