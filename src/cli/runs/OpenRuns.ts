import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NodePath from "node:path"
import type { RunDetail, SweepDetail } from "../../ui/Api.js"
import * as FolderViews from "../../ui/FolderViews.js"
import { RunViews } from "../../ui/RunViews.js"
import { nearestPath } from "../NearestPath.js"
import { RunsError } from "./RunsError.js"

/** The views of the runs in a folder. */
export type Views = RunViews["Type"]

/** A run that the command line names. */
export interface OpenRun {
  readonly views: Views
  /** Its id in these views. */
  readonly id: string
  /** Its folder, from the working directory. */
  readonly folder: string
  readonly detail: RunDetail
  /** What it is called on the command line: its name, or the words that name it where names are the same. */
  readonly label: string
}

/** The views of the runs in a folder, for as long as the scope is open. */
export const openFolder = (folder: string) =>
  Effect.map(Layer.build(FolderViews.layer(folder)), (context) => Context.get(context, RunViews))

/** Opens the views of each folder once, for as long as the scope is open. */
export type OpenFolder = typeof openFolder

export const openFolders = (): OpenFolder => {
  const known = new Map<string, Views>()
  return (folder) =>
    Effect.suspend(() => {
      const views = known.get(folder)
      if (views !== undefined) return Effect.succeed(views)
      return Effect.tap(openFolder(folder), (opened) => void known.set(folder, opened))
    })
}

/**
 * Opens the runs that `words` name, each by its folder, or by the name or id of a run in `within`; after
 * those that are open already.
 */
export const openRuns = Effect.fn("OpenRuns.open")(function* (
  words: ReadonlyArray<string>,
  within: string,
  open: OpenFolder = openFolders(),
  first: ReadonlyArray<OpenRun> = []
) {
  const found: Array<Omit<OpenRun, "label">> = [...first]
  for (const word of words) {
    const isFolder = yield* isFolderAt(word)
    found.push(yield* isFolder ? inFolder(word, open) : named(yield* open(within), word, within))
  }
  const names = found.map(({ detail }) => detail.summary.name)
  return found.map((run, i): OpenRun => {
    const isUnique = names.indexOf(names[i]!) === names.lastIndexOf(names[i]!)
    return { ...run, label: isUnique ? names[i]! : (words[i - first.length] ?? run.folder) }
  })
})

/** A sweep that the command line names. */
export interface OpenSweep {
  readonly views: Views
  readonly id: string
  /** Its folder, from the working directory. */
  readonly folder: string
  readonly detail: SweepDetail
  /** Its best trial; null: none has a value yet. */
  readonly best: OpenRun | null
}

/**
 * Opens the sweep that `word` names: by its folder, or one that has nothing but it, or by its name or id
 * in `within`. Null: it names something else.
 */
export const openSweep = Effect.fn("OpenRuns.openSweep")(function* (
  word: string,
  within: string,
  open: OpenFolder
) {
  const isFolder = yield* isFolderAt(word)
  const root = isFolder ? word : within
  const views = yield* open(root)
  const { runs, sweeps } = yield* views.list
  const [only] = sweeps
  const isOnly = sweeps.length === 1 && runs.every(({ sweep }) => sweep === only!.id)
  const named = sweeps.filter(({ id, name }) =>
    isFolder ? id === "." || isOnly : id === word || name === word
  )
  const found = named[0]
  if (
    found === undefined ||
    (!isFolder && runs.some(({ id, name }) => [id, name].includes(word)))
  ) {
    return null
  }
  if (named.length > 1) {
    const known = named.map(({ id }) => NodePath.join(root, id))
    return yield* new RunsError({ reason: "SeveralRuns", name: word, where: root, known })
  }
  const detail = yield* views.sweep(found.id)
  const run = detail.summary.best?.run
  const best =
    run === undefined
      ? null
      : { ...(yield* opened(views, run, root)), label: NodePath.join(root, run) }
  const folder = NodePath.join(root, found.id)
  return { views, id: found.id, folder, detail, best } satisfies OpenSweep
})

const isFolderAt = Effect.fnUntraced(function* (path: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const info = yield* Effect.option(fileSystem.stat(path))
  if (info._tag === "Some" && info.value.type !== "Directory") {
    return yield* new RunsError({ reason: "NotAFolder", name: path, where: "", known: [] })
  }
  return info._tag === "Some"
})

/** The run in a folder itself; the only one below it, where it is no run. */
const inFolder = Effect.fnUntraced(function* (folder: string, open: OpenFolder) {
  const views = yield* open(folder)
  const { runs } = yield* views.list
  const own = runs.find(({ id }) => id === ".")
  const current = runs.filter(({ id }) => !isArchived(id))
  const run = own ?? (current.length === 1 ? current[0] : undefined)
  if (run !== undefined) return yield* opened(views, run.id, folder)
  return yield* current.length === 0
    ? new RunsError({ reason: "NoRuns", name: "", where: folder, known: [] })
    : new RunsError({
        reason: "SeveralRuns",
        name: folder,
        where: folder,
        known: current.map(({ id }) => NodePath.join(folder, id))
      })
})

const named = Effect.fnUntraced(function* (views: Views, name: string, within: string) {
  const { runs } = yield* views.list
  const found = runs.filter((run) => run.name === name || run.id === name)
  const current = found.length > 1 ? found.filter(({ id }) => !isArchived(id)) : found
  if (current.length === 1) return yield* opened(views, current[0]!.id, within)
  if (current.length > 1) {
    const known = current.map(({ id }) => NodePath.join(within, id))
    return yield* new RunsError({ reason: "SeveralRuns", name, where: within, known })
  }
  const near = yield* nearestPath(name)
  const known = [...new Set(runs.flatMap((run) => [run.name, run.id]))]
  return yield* new RunsError({
    reason: "NoSuchRun",
    name,
    where: within,
    known: near === null ? known : [near, ...known]
  })
})

const opened = (views: Views, id: string, root: string) =>
  Effect.map(views.run(id), (detail) => ({ views, id, folder: NodePath.join(root, id), detail }))

/** Whether a run is an earlier one, which a later one in its folder has moved away. */
const isArchived = (id: string): boolean => /(^|\/)archive\//.test(id)
