import * as Either from "effect/Either"
import { matches } from "../../config/Glob.js"
import { t } from "../../language/Text.js"
import type { RunSummary } from "../../ui/Api.js"
import { RunsError } from "./RunsError.js"

/** What a run has in a field; lists are several values, of which any counts. */
export type FieldValue = string | number | boolean | null | ReadonlyArray<string>

/** The fields of a run itself, by what they are called. */
const own: Readonly<Record<string, (run: RunSummary) => FieldValue>> = {
  name: ({ name }) => name,
  folder: ({ id }) => id,
  status: ({ status }) => status,
  tags: ({ tags }) => tags,
  notes: ({ notes }) => notes,
  parent: ({ parent }) => parent?.path ?? null,
  sweep: ({ sweep }) => sweep,
  pipeline: ({ pipeline }) => pipeline,
  backend: ({ backend }) => backend,
  host: ({ host }) => host,
  epoch: ({ epoch }) => epoch,
  epochs: ({ epochs }) => epochs,
  global_step: ({ global_step }) => global_step,
  best: ({ best }) => best?.value ?? null,
  seconds: ({ seconds }) => seconds,
  started: ({ startedAt }) => startedAt,
  updated: ({ updatedAt }) => updatedAt,
  warnings: ({ warnings }) => warnings
}

/** What a run has in a field: its own, one of its config by its path, or the last value of a metric. */
export const valueOf = (run: RunSummary, field: string): FieldValue | undefined => {
  if (Object.hasOwn(own, field)) return own[field]!(run)
  if (Object.hasOwn(run.config, field)) return run.config[field]!
  return Object.hasOwn(run.latest, field) ? run.latest[field]! : undefined
}

/** The fields that any of the runs has. */
export const fieldsOf = (runs: ReadonlyArray<RunSummary>): ReadonlyArray<string> => [
  ...new Set([
    ...Object.keys(own),
    ...runs.flatMap(({ config, latest }) => [...Object.keys(latest), ...Object.keys(config)])
  ])
]

/** The fields of the config in which the runs differ. */
export const differingFields = (runs: ReadonlyArray<RunSummary>): ReadonlyArray<string> =>
  [...new Set(runs.flatMap(({ config }) => Object.keys(config)))].filter(
    (path) => new Set(runs.map(({ config }) => JSON.stringify(config[path]))).size > 1
  )

/** A condition on a field: `best<0.3`. */
export interface Condition {
  readonly field: string
  readonly operator: "=" | "!=" | "<" | "<=" | ">" | ">="
  readonly value: string
}

/** Reads a condition; Left: what is wrong with it. */
export const parseCondition = (text: string): Either.Either<Condition, string> => {
  const [, field, operator, value] = /^([^=!<>]+)(=|!=|<=|>=|<|>)(.*)$/s.exec(text) ?? []
  return field === undefined || field.trim() === ""
    ? Either.left(
        t`--where is ${text}; give a condition such as best<0.3 or training.learning_rate=0.01`
      )
    : Either.right({
        field: field.trim(),
        operator: operator as Condition["operator"],
        value: value!.trim()
      })
}

/** Whether a run meets a condition; never where it lacks the field, but for `!=`. */
export const holds = ({ field, operator, value }: Condition, run: RunSummary): boolean => {
  const found = valueOf(run, field)
  if (operator === "!=") return !holds({ field, operator: "=", value }, run)
  if (found === undefined) return false
  const values = Array.isArray(found) ? found : [found]
  return values.some((one) => {
    if (operator === "=") return isEqual(one, value)
    const [a, b] = typeof one === "number" ? [one, Number(value)] : [String(one), value]
    if (one === null || Number.isNaN(b)) return false
    return { "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b }[operator]
  })
}

/** Numbers as numbers (`1e-3`), text by a pattern in which `*` is anything. */
const isEqual = (found: string | number | boolean | null, value: string): boolean =>
  typeof found === "number"
    ? value !== "" && found === Number(value)
    : matches(value.toLowerCase(), String(found).toLowerCase())

/** Which runs are shown, and in which order. */
export interface Selection {
  readonly status: string | null
  readonly tags: ReadonlyArray<string>
  readonly where: ReadonlyArray<Condition>
  /** The field by which runs are sorted, those without it last; null: the newest first. */
  readonly sort: string | null
  readonly reverse: boolean
}

/** The runs that meet every condition, in order. A field that no run has is an error. */
export const select = (
  runs: ReadonlyArray<RunSummary>,
  { reverse, sort, status, tags, where }: Selection
): Either.Either<ReadonlyArray<RunSummary>, RunsError> =>
  Either.gen(function* () {
    yield* checkFields(runs, [...where.map(({ field }) => field), ...(sort === null ? [] : [sort])])
    const found = runs.filter(
      (run) =>
        (status === null || run.status === status) &&
        tags.every((tag) =>
          run.tags.some((one) => matches(tag.toLowerCase(), one.toLowerCase()))
        ) &&
        where.every((condition) => holds(condition, run))
    )
    const sorted = sort === null ? found : [...found].sort(bySorting(sort, reverse ? -1 : 1))
    return sort === null && reverse ? [...found].reverse() : sorted
  })

/** An error that names the first field that no run has. Without runs there is nothing to say. */
export const checkFields = (
  runs: ReadonlyArray<RunSummary>,
  fields: ReadonlyArray<string>
): Either.Either<void, RunsError> => {
  const known = fieldsOf(runs)
  const unknown = runs.length === 0 ? undefined : fields.find((field) => !known.includes(field))
  return unknown === undefined
    ? Either.void
    : Either.left(new RunsError({ reason: "NoSuchField", name: unknown, where: "", known }))
}

const bySorting = (field: string, sign: 1 | -1) => (one: RunSummary, other: RunSummary) => {
  const [a, b] = [one, other].map((run) => {
    const value = valueOf(run, field)
    return value === undefined || (Array.isArray(value) && value.length === 0) ? null : value
  })
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  return (
    sign *
    (typeof a === "number" && typeof b === "number"
      ? a - b
      : String(a).localeCompare(String(b), "en", { numeric: true }))
  )
}
