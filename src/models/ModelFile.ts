import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { createHash } from "node:crypto"
import { concat } from "../io/concat.js"
import { attempt, type FormatError } from "../io/FormatError.js"
import * as OpenFile from "../io/OpenFile.js"
import { t } from "../language/Text.js"
import { ModelFileError, type ModelFileErrorReason } from "./ModelFileError.js"
import type { FileContents } from "./FileContents.js"

/** Which program has written a file, and how. */
export type ModelFormat = "pytorch" | "keras" | "hdf5" | "tfjs" | "safetensors"

/** A model's weights in a file of another program, or in a checkpoint of Holdfast. */
export interface ModelFile extends FileContents {
  readonly path: string
  readonly format: ModelFormat
  /** The length of the file, of a `model.json` with the files of its weights. */
  readonly bytes: number
  /** The SHA-256 of those bytes, in hexadecimal. */
  readonly sha256: string
}

/** How to read a file. */
export interface OpenOptions {
  /** Which state dict of a PyTorch checkpoint, where it holds several. */
  readonly key?: string | undefined
}

/** Longer files are not read: all of it is in memory. */
const maxBytes = 2 ** 31 - 1

/**
 * Reads a model of another program: `model.json` of TensorFlow.js, `.keras` and `.h5` of Keras, `.pth` of
 * PyTorch, or `.safetensors`. What it is shows in its first bytes, not in its name. Nothing in it is
 * executed, and nothing outside of its folder is read.
 *
 * Fails with a `ModelFileError` that names the file and the place in it.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Models } from "holdfast"
 *
 * export const names = Effect.map(Models.open("pretrained.pth"), ({ tensors }) =>
 *   tensors.map(({ name, shape }) => `${name} [${shape}]`)
 * )
 * ```
 */
export const open = Effect.fn("Models.open")(function* (path: string, options: OpenOptions = {}) {
  const first = yield* readFile(path)
  const parse = <A>(body: () => A): Effect.Effect<A, ModelFileError> =>
    Either.mapLeft(attempt(t`the file`, body), (error) => within(path, error))
  const format = formatOf(path, first)
  if (format === null) {
    const detail = first.length === 0 ? t`is empty` : t`its first bytes are of no known format`
    return yield* new ModelFileError({ reason: "UnknownFormat", path, where: "", detail })
  }
  if (format !== "tfjs") {
    const read = yield* Effect.promise(readers[format])
    const contents = yield* parse(() => read(first, options.key))
    return made(path, format, contents, [first])
  }
  const Tfjs = yield* Effect.promise(() => import("./files/Tfjs.js"))
  const manifest = yield* parse(() => Tfjs.manifest(first))
  const paths = yield* Path.Path
  const folder = paths.dirname(path)
  const groups: Array<Uint8Array> = []
  let total = first.length
  for (const { paths: names } of manifest.groups) {
    const parts: Array<Uint8Array> = []
    for (const name of names) {
      const part = yield* readFile(paths.join(folder, name), maxBytes - total)
      total += part.length
      parts.push(part)
    }
    groups.push(parts.length === 1 ? parts[0]! : concat(parts))
  }
  const contents = yield* parse(() => Tfjs.read(manifest, groups))
  return made(path, format, contents, [first, ...groups])
})

const made = (
  path: string,
  format: ModelFormat,
  contents: FileContents,
  files: ReadonlyArray<Uint8Array>
): ModelFile => {
  const hash = createHash("sha256")
  for (const file of files) hash.update(file)
  const bytes = files.reduce((sum, { length }) => sum + length, 0)
  return { path, format, bytes, sha256: hash.digest("hex"), ...contents }
}

/** The failure of a parser, as one of the file. */
export const within = (path: string, { detail, reason, where }: FormatError): ModelFileError =>
  new ModelFileError({ reason, path, where, detail })

const readFile = Effect.fnUntraced(function* (path: string, most = maxBytes) {
  const fail = (reason: ModelFileErrorReason, detail: string) =>
    new ModelFileError({ reason, path, where: "", detail })
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.gen(function* () {
    yield* OpenFile.requireRegular(path)
    const { size, type } = yield* fs.stat(path)
    if (type === "Directory") {
      return yield* fail("Unreadable", t`is a folder; name the file in it, such as model.json`)
    }
    if (size > most) return yield* fail("TooLarge", t`has ${size} bytes of at most ${most}`)
    return yield* fs.readFile(path)
  }).pipe(
    Effect.catchTags({
      SystemError: (error) =>
        fail(
          error.reason === "NotFound" ? "NotFound" : "Unreadable",
          error.reason === "NotFound" ? "" : (OpenFile.whyNotRegular(error) ?? error.message)
        ),
      BadArgument: (error) => fail("Unreadable", error.message)
    })
  )
})

type Read = (file: Uint8Array, key?: string) => FileContents

/** The reader of each format, loaded by who has such a file: every run can start with one, few do. */
const readers: Readonly<Record<Exclude<ModelFormat, "tfjs">, () => Promise<Read>>> = {
  hdf5: () => import("./files/Keras.js").then(({ readHdf5 }) => readHdf5),
  keras: () => import("./files/Keras.js").then(({ readArchive }) => readArchive),
  pytorch: () => import("./files/Pytorch.js").then(({ read }) => read),
  safetensors: () => import("./files/Safetensors.js").then(({ read }) => read)
}

/** The format of a file by its first bytes; null: none that is known. */
const formatOf = (path: string, file: Uint8Array): ModelFormat | null => {
  const start = Buffer.from(file.subarray(0, 64)).toString("latin1")
  if (start.startsWith("\x89HDF\r\n\x1a\n")) return "hdf5"
  if (start.startsWith("PK\x03\x04")) {
    // Both are ZIP archives: that of Keras has its weights under one name.
    return path.endsWith(".keras") ||
      Buffer.from(file.buffer, file.byteOffset, file.byteLength).includes("model.weights.h5")
      ? "keras"
      : "pytorch"
  }
  if (file[0] === 0x80 && file[1]! <= 5) return "pytorch"
  if (start[8] === "{") return "safetensors"
  return /^(\u00ef\u00bb\u00bf)?\s*\{/.test(start) ? "tfjs" : null
}
