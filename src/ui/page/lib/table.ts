import type { RunSummary } from "../../Api.js"
import type { TableOptions } from "../state/Route.js"
import { formatField } from "./format.js"
import { sortByKey } from "./sortByKey.js"

/** Whether a run is shown: each word of the query is in a text of it, `field=value` in its config. */
export const matches = (run: RunSummary, query: string, status: string): boolean =>
  (status === "" || run.status === status) &&
  query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
    .every((word) => matchesWord(run, word))

const matchesWord = (run: RunSummary, word: string): boolean => {
  const [field = "", value] = word.split("=")
  if (value !== undefined && field !== "") {
    return Object.entries(run.config).some(
      ([path, set]) =>
        (path.toLowerCase() === field || path.toLowerCase().endsWith(`.${field}`)) &&
        formatField(set).toLowerCase().startsWith(value)
    )
  }
  return [run.name, run.id, run.notes, run.pipeline ?? "", run.backend ?? "", ...run.tags].some(
    (text) => text.toLowerCase().includes(word)
  )
}

/** What a column sorts by: `config:` and the path of a field, `metric:` and a name, or a part of a run. */
const sortKey = (run: RunSummary, column: string): string | number | null => {
  if (column.startsWith("config:")) {
    const value = run.config[column.slice("config:".length)]
    return typeof value === "boolean" ? String(value) : (value ?? null)
  }
  if (column.startsWith("metric:")) return run.latest[column.slice("metric:".length)] ?? null
  switch (column) {
    case "name":
      return run.name.toLowerCase()
    case "status":
      return run.status
    case "progress":
      return run.epochs === null ? null : (run.epoch + run.step / (run.steps ?? 1)) / run.epochs
    case "best":
      return run.best?.value ?? null
    case "time":
      return run.seconds
    default:
      return run.startedAt
  }
}

/** The runs of a table in its order; those without a value come last either way. */
export const arrange = (
  runs: ReadonlyArray<RunSummary>,
  { descending, query, sort, status }: TableOptions
): ReadonlyArray<RunSummary> =>
  sortByKey(
    runs.filter((run) => matches(run, query, status)),
    (run) => sortKey(run, sort),
    descending
  )

/** Fields of the configs, those that differ between runs first. */
export const configFields = (
  runs: ReadonlyArray<RunSummary>
): ReadonlyArray<{ readonly path: string; readonly differs: boolean }> => {
  const values = new Map<string, Set<string>>()
  for (const { config } of runs) {
    for (const [path, value] of Object.entries(config)) {
      const seen = values.get(path) ?? new Set()
      values.set(path, seen.add(formatField(value)))
    }
  }
  return [...values]
    .map(([path, seen]) => ({ path, differs: seen.size > 1 }))
    .sort(
      (one, other) =>
        Number(other.differs) - Number(one.differs) || one.path.localeCompare(other.path, "en")
    )
}
