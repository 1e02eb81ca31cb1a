import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { NameMap } from "../../models/match/NameMap.js"
import { t } from "../../language/Text.js"
import * as Command from "../Command.js"
import { options } from "../PipelineOptions.js"
import { onPlatform } from "../Platform.js"

const map: Command.Parameter<NameMap> = {
  ...Command.values(
    "FILE=MODEL",
    t`the module FILE of the file is the layer MODEL, by full names or their beginnings; FILE= leaves it out; may be repeated`
  ),
  read: (given) => {
    const bad = given.find((one) => !one.includes("="))
    if (bad !== undefined) {
      return Either.left(t`--map is ${bad}; write FILE=MODEL, as in --map features.0=conv_1`)
    }
    return Either.right(
      Object.fromEntries(
        given.map((one) => {
          const to = one.slice(one.indexOf("=") + 1)
          return [one.slice(0, one.indexOf("=")), to === "" ? null : to]
        })
      )
    )
  }
}

/** `holdfast import`. */
export const importModel = Command.make({
  name: "import",
  summary: t`Start a run from a model of PyTorch, Keras or TensorFlow.js`,
  examples: [
    ["holdfast import pretrained.pth", t`show what a file holds`],
    [
      "holdfast import pretrained.pth pipeline.ts --dry-run",
      t`show which weights of the model it gives, and change nothing`
    ],
    [
      "holdfast import pretrained.pth pipeline.ts",
      t`make the first checkpoint of a run; holdfast run then trains on`
    ],
    [
      "holdfast import model.keras pipeline.ts --partial --freeze 'base_*'",
      t`fine-tune: load what fits, and freeze the layers of the base`
    ],
    [
      "holdfast import checkpoint.pth pipeline.ts --map features.0=conv_1 --optimizer",
      t`say which layer is which, and take over the state of Adam or SGD`
    ]
  ],
  arguments: {
    file: Command.argument(t`model.json, .keras, .h5, .pth, .pt or .safetensors`),
    pipeline: Command.optionalArgument(
      t`the pipeline file, whose model gets the weights; without it, the file is described`
    )
  },
  options: {
    map,
    key: Command.value("NAME", t`which state dict of a PyTorch checkpoint, where it holds several`),
    partial: Command.flag(t`load what fits; other weights keep their initial values`),
    freeze: Command.values(
      "PATTERN",
      t`keep loaded weights of these names as they are; * stands for any characters; may be repeated`
    ),
    optimizer: Command.flag(
      t`start the optimizer with the state in a PyTorch checkpoint, of its Adam, AdamW or SGD`
    ),
    "dry-run": Command.flag(t`report, and change nothing`),
    replace: Command.flag(t`move the checkpoints of an earlier run in the folder to archive/`),
    ...options,
    json: Command.flag(t`print the result as JSON`)
  },
  notes: t`Nothing in the file is executed. The exit code is 1 where weights are missing, left over or of other shapes, unless --partial is given; no checkpoint is then written.`,
  run: ({ "dry-run": dryRun, ...given }) =>
    onPlatform(
      Effect.flatMap(
        Effect.promise(() => import("./ImportModel.js")),
        (module) => module.run({ ...given, dryRun })
      )
    )
})
