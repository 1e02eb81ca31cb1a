import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import { ExportError } from "../ExportError.js"
import type { Variable } from "./KerasWeights.js"

/** The package that writes HDF5, the library itself in WebAssembly; only this format needs it. */
const packageName = "h5wasm"
const version = "0.10.3"

/** The bytes of an HDF5 file with these variables, in the groups that their paths name. */
export const write = Effect.fn("hdf5.write")(function* (variables: ReadonlyArray<Variable>) {
  const fileSystem = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const { File, ready } = yield* load
  yield* Effect.promise(() => ready)
  const folder = yield* fileSystem.makeTempDirectoryScoped({ prefix: "holdfast-" })
  const path = paths.join(folder, "weights.h5")
  yield* Effect.sync(() => {
    const file = new File(path, "w")
    for (const { path: at, shape, values } of variables) {
      const groups = at.split("/").slice(0, -1)
      groups.forEach((_, i) => {
        const group = groups.slice(0, i + 1).join("/")
        if (file.get(group) === null) file.create_group(group)
      })
      file.create_dataset({ name: at, data: values, shape: [...shape], dtype: "<f" })
    }
    file.close()
  })
  return yield* fileSystem.readFile(path)
}, Effect.scoped)

const load = Effect.tryPromise({
  try: () => import("h5wasm/node").then(({ default: hdf5 }) => hdf5),
  catch: () =>
    new ExportError({
      reason: "Package",
      subject: packageName,
      detail: t`this package, which writes files of Keras, is not installed; run npm install ${packageName}@${version}`
    })
})
