import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Backend } from "../../backends/Backend.js"
import { stringify } from "../../events/JsonLines.js"
import { ExportError } from "../../export/ExportError.js"
import * as Export from "../../export/files.js"
import type { Layout } from "../../export/Safetensors.js"
import { t } from "../../language/Text.js"
import * as Format from "../../terminal/Format.js"
import { Output } from "../../terminal/Output.js"
import * as LoadTrainedModel from "../LoadTrainedModel.js"
import type * as TrainedModelOption from "../TrainedModelOption.js"

/** The command line of `holdfast export`, as parsed. */
export interface Options extends TrainedModelOption.Given {
  readonly output: string
  readonly format: Option.Option<Export.Format>
  readonly layout: Option.Option<Layout>
  readonly int8: boolean
  readonly force: boolean
  readonly json: boolean
}

/** Exports a trained model, and says what was written. */
export const run = (options: Options) =>
  Effect.gen(function* () {
    const { out } = yield* Output
    const trained = yield* LoadTrainedModel.load("export", options)
    const files = yield* Export.files(trained, {
      path: options.output,
      format: Option.getOrUndefined(options.format),
      layout: Option.getOrUndefined(options.layout),
      int8: options.int8
    })
    if (!options.force) yield* refuseExisting(files)
    yield* Export.write(files)
    const written = files.map(({ parts, path }) => ({
      path,
      bytes: parts.reduce((sum, { length }) => sum + length, 0)
    }))
    yield* out(
      options.json
        ? `${stringify({ checkpoint: trained.path, epoch: trained.epoch, files: written })}\n`
        : [
            t`${trained.path}, trained for ${trained.epoch} epochs:`,
            ...written.map(({ bytes, path }) => `${path}  ${Format.bytes(bytes)}`),
            ""
          ].join("\n")
    )
    // Little is computed, and all of it is the same everywhere.
  }).pipe(Effect.provide(Backend.layer("cpu")), Effect.scoped)

const refuseExisting = Effect.fnUntraced(function* (files: ReadonlyArray<Export.ExportedFile>) {
  const fileSystem = yield* FileSystem.FileSystem
  for (const { path } of files) {
    if (!(yield* fileSystem.exists(path))) continue
    return yield* new ExportError({
      reason: "Target",
      subject: path,
      detail: t`this file exists; name another with -o, or replace it with --force`
    })
  }
})
