import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Pipeline from "../Pipeline.js"
import { t } from "../language/Text.js"
import * as ImportFailure from "./ImportFailure.js"
import { importTypescript } from "../io/importTypescript.js"
import * as Peers from "../io/Peers.js"
import type { SourceLocation } from "./PipelineFileError.js"
import { PipelineFileError } from "./PipelineFileError.js"

/** Loads the pipeline that the file at `path`, TypeScript or JavaScript, exports as default. */
export const load = Effect.fn("PipelineFile.load")(function* (path: string) {
  const exported = yield* loadDefault(
    path,
    t`no such file; name a pipeline file, as in holdfast run pipelines/speaker.ts`
  )
  if (Pipeline.isPipeline(exported)) return exported
  const detail = t`the default export is ${exported === undefined ? t`missing` : t`not a pipeline`}; a pipeline file ends with: export default Pipeline.make("name", stage, stage, …)`
  return yield* new PipelineFileError({ reason: "NoPipeline", path, detail, at: null })
})

/** What the file at `path`, TypeScript or JavaScript, exports as default. */
export const loadDefault = Effect.fn("PipelineFile.loadDefault")(function* (
  path: string,
  notFound: string
) {
  const fileSystem = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const fail = (
    reason: PipelineFileError["reason"],
    detail: string,
    at: SourceLocation | null = null
  ) => new PipelineFileError({ reason, path, detail, at })

  const isFile = yield* fileSystem.stat(path).pipe(
    Effect.map((info) => info.type === "File"),
    Effect.orElseSucceed(() => false)
  )
  if (!isFile) return yield* fail("NotFound", notFound)
  if (path.endsWith(".cts")) {
    return yield* fail(
      "Broken",
      t`CommonJS TypeScript is not supported; rename the file to .ts or .mts`
    )
  }
  const problem = Peers.problemOf(paths.resolve(path))
  if (problem !== null) return yield* fail("OtherCopy", problem)
  const url = yield* Effect.orDie(paths.toFileUrl(paths.resolve(path)))
  const isTypescript = /\.[cm]?tsx?$/.test(path)
  const module = yield* Effect.catchAll(
    (isTypescript ? importingTypescript : importing)(url.href),
    (error) => Effect.flip(explain(error, fail))
  )
  return module.default
})

type Module = { readonly default?: unknown }

const importing = (url: string): Effect.Effect<Module, unknown> =>
  Effect.tryPromise({ try: () => import(url) as Promise<Module>, catch: (error) => error })

/**
 * Imports a module, translating its TypeScript and that of its imports. What nearly every pipeline
 * imports is loaded first: through the translator it would take twice as long.
 */
const importingTypescript = (url: string): Effect.Effect<Module, unknown> =>
  Effect.tryPromise({
    try: async () => {
      await import("../index.js")
      return (await importTypescript(url)) as Module
    },
    catch: (error) => error
  })

/** A failed import for the user: where in which file, and what to do. */
const explain = Effect.fnUntraced(function* (
  error: unknown,
  fail: (
    reason: PipelineFileError["reason"],
    detail: string,
    at?: SourceLocation | null
  ) => PipelineFileError
) {
  const fileSystem = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const lines = (file: string) =>
    fileSystem.readFileString(file).pipe(
      Effect.map((text) => text.split(/\r?\n/)),
      Effect.orElseSucceed((): ReadonlyArray<string> => [])
    )
  const locate = (file: string, line: number, column: number, text: string): SourceLocation => {
    const relative = paths.relative("", file)
    return { file: relative.startsWith("..") ? file : relative, line, column, text }
  }

  const failure = ImportFailure.read(error)
  if (failure._tag === "Missing") {
    const { detail, importer, name, what } = failure
    const source = yield* lines(importer)
    const index = source.findIndex((line) => new RegExp(`["'](?:.*/)?${escape(name)}`).test(line))
    const text = source[index] ?? ""
    const at =
      index < 0
        ? null
        : locate(importer, index + 1, Math.max(0, text.search(/["'][^"']*["'][^"']*$/)) + 1, text)
    return what === "package" && name === "holdfast"
      ? fail(
          "NotInstalled",
          t`the package holdfast is not installed there; run npm install holdfast in that folder or one above`,
          at
        )
      : fail("Broken", at === null ? t`${detail}, imported by ${importer}` : detail, at)
  }
  if (failure.at === null) return fail("Threw", failure.detail)
  const { file, line, unit } = failure.at
  const text = (yield* lines(file))[line - 1] ?? ""
  const before = Buffer.from(text).subarray(0, failure.at.column - 1)
  const column = unit === "byte" ? before.toString().length + 1 : failure.at.column
  const reason = failure._tag === "Syntax" ? "Broken" : "Threw"
  return fail(reason, failure.detail, locate(file, line, column, text))
})

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
