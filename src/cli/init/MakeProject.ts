import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import { stringify } from "../../events/JsonLines.js"
import * as Printable from "../../io/Printable.js"
import { type Language, spoken } from "../../language/Language.js"
import { t } from "../../language/Text.js"
import { Output } from "../../terminal/Output.js"
import { InitError } from "./InitError.js"
import { install } from "./install.js"
import { installedFrom, packageJson, projectName, specOf } from "./PackageJson.js"
import { builtTemplates, type TemplateName } from "./Templates.js"

/** The command line of `holdfast init`, as parsed. */
export interface Options {
  readonly folder: Option.Option<string>
  readonly template: TemplateName
  readonly holdfast: Option.Option<string>
  /** Whether npm installs its packages. */
  readonly install: boolean
  readonly json: boolean
}

/** The files of a project by their paths in it, with slashes. */
export type ProjectFiles = ReadonlyMap<string, string | Uint8Array>

/** Makes a project, installs its packages, and prints what to do with it. */
export const makeProject = Effect.fn("MakeProject")(function* (options: Options) {
  const { out } = yield* Output
  const { template } = options
  const folder = Option.getOrElse(options.folder, () => ".")
  const given = Option.getOrElse(options.holdfast, installedFrom)
  const holdfast = specOf(given)
  if (holdfast === null) return yield* failure("NoPackage", given)
  yield* checkFolder(folder)
  const files = projectFiles(yield* readTemplate(template), {
    name: projectName(folder),
    template,
    holdfast,
    language: options.json ? "en" : spoken()
  })
  yield* writeFiles(folder, files)
  const place = path.resolve(folder)
  const print = (text: string) => (options.json ? Effect.void : out(text))
  yield* print(`${t`made a project in ${Printable.value(place)}, with ${files.size} files`}\n`)
  if (options.install) {
    yield* print(`${t`installing its packages: npm install`}\n`)
    yield* install(place)
  }
  const next = [
    ...(place === path.resolve(".") ? [] : [`cd ${quoted(folder)}`]),
    ...(options.install ? [] : ["npm install"]),
    "npm test",
    "npm start"
  ]
  yield* print(
    `${[t`next:`, "", ...next.map((line) => `  ${Printable.value(line)}`), "", ""].join("\n")}`
  )
  if (options.json) {
    const { install: installed } = options
    yield* out(
      `${stringify({ folder: place, template, holdfast, files: [...files.keys()], installed, next })}\n`
    )
  }
})

const failure = (reason: InitError["reason"], path: string, error?: PlatformError) =>
  new InitError({ reason, path, there: [], detail: error?.message ?? "" })

/** A word of a command line, with quotes where a shell needs them. */
const quoted = (word: string): string =>
  /^[\w./\\:@+-]+$/.test(word) && !word.startsWith("-")
    ? word
    : `-- '${word.replaceAll("'", `'\\''`)}'`

/** Fails if there is something at `folder` but an empty folder, or a new git repository. */
const checkFolder = Effect.fnUntraced(function* (folder: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const unwritable = (error: PlatformError) => failure("Unwritable", folder, error)
  if (!(yield* Effect.mapError(fileSystem.exists(folder), unwritable))) return
  const { type } = yield* Effect.mapError(fileSystem.stat(folder), unwritable)
  if (type !== "Directory") return yield* failure("NotAFolder", folder)
  const names = yield* Effect.mapError(fileSystem.readDirectory(folder), unwritable)
  const there = names.filter((name) => name !== ".git").toSorted()
  if (there.length > 0) {
    return yield* new InitError({ reason: "NotEmpty", path: folder, there, detail: "" })
  }
})

/** The files that the build has composed for a template. */
const readTemplate = Effect.fnUntraced(
  function* (template: TemplateName) {
    const fileSystem = yield* FileSystem.FileSystem
    const root = path.join(builtTemplates, template)
    const files = new Map<string, Uint8Array>()
    for (const name of (yield* fileSystem.readDirectory(root, { recursive: true })).toSorted()) {
      const file = path.join(root, name)
      if ((yield* fileSystem.stat(file)).type !== "File") continue
      files.set(name.replaceAll("\\", "/"), yield* fileSystem.readFile(file))
    }
    return files
  },
  Effect.mapError((error) => failure("NoTemplates", builtTemplates, error))
)

/**
 * A project from the files of a template: with its package.json, its name, and its README in one language. npm
 * packs no file called .gitignore, so that the template's has no dot.
 */
export const projectFiles = (
  files: ProjectFiles,
  options: {
    readonly name: string
    readonly template: TemplateName
    readonly holdfast: string
    readonly language: Language
  }
): ProjectFiles => {
  const { language, name, template, holdfast } = options
  const project = new Map(files)
  const readme = files.get(language === "zh" ? "README.zh-CN.md" : "README.md")!
  const text = typeof readme === "string" ? readme : new TextDecoder().decode(readme)
  project.set("package.json", packageJson(name, template, holdfast))
  project.set("README.md", text.replace("PROJECT", name))
  project.set(".gitignore", files.get("gitignore")!)
  project.delete("README.zh-CN.md")
  project.delete("gitignore")
  return project
}

/** Writes files that are not there yet into `folder`; what it has made is removed again if it fails. */
export const writeFiles = Effect.fnUntraced(function* (folder: string, files: ProjectFiles) {
  const fileSystem = yield* FileSystem.FileSystem
  const undo: Array<Effect.Effect<void, PlatformError>> = []
  const removeIfEmpty = (folder: string) =>
    Effect.flatMap(fileSystem.readDirectory(folder), (names) =>
      names.length > 0 ? Effect.void : fileSystem.remove(folder, { recursive: true })
    )
  const makeFolder = (folder: string): Effect.Effect<void, PlatformError> =>
    Effect.gen(function* () {
      if (yield* fileSystem.exists(folder)) return
      yield* makeFolder(path.dirname(folder))
      yield* fileSystem.makeDirectory(folder)
      undo.push(removeIfEmpty(folder))
    })
  const write = (name: string, content: string | Uint8Array) =>
    Effect.gen(function* () {
      const file = path.join(folder, name)
      yield* makeFolder(path.dirname(file))
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content
      yield* fileSystem.writeFile(file, bytes, { flag: "wx" })
      undo.push(fileSystem.remove(file))
    })
  yield* Effect.forEach(files, ([name, content]) => write(name, content), { discard: true }).pipe(
    Effect.mapError((error) => failure("Unwritable", folder, error)),
    Effect.onError(() => Effect.forEach(undo.toReversed(), Effect.ignore, { discard: true }))
  )
})
