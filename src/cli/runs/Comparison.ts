import { t } from "../../language/Text.js"
import * as Format from "../../terminal/Format.js"
import { displayWidth, padEnd, table } from "../../terminal/Table.js"
import type { Checkpoint, Finite, RunDetail, RunSummary } from "../../ui/Api.js"
import { diff, type DiffRow } from "../../ui/diff.js"
import { bestText, number, position, statusText } from "./RunTable.js"

/** A run as it is compared, and what it is called. */
export interface Compared {
  readonly label: string
  readonly folder: string
  readonly detail: RunDetail
}

/** What differs between runs, for programs; lists are in the order of `runs`. */
export const toJson = (runs: ReadonlyArray<Compared>) => {
  const summaries = runs.map(({ detail }) => detail.summary)
  return {
    runs: runs.map(({ detail, folder, label }) => ({
      ...detail.summary,
      label,
      folder,
      checkpoints: detail.checkpoints,
      evaluated: detail.evaluated
    })),
    config: configDifferences(summaries).map(({ name, values }) => ({
      path: name,
      values: values.map((value) => value ?? null)
    })),
    metrics: lastValues(summaries).map(({ name, values }) => ({
      name,
      values: values.map((value) => value ?? null)
    }))
  }
}

/** The comparison as text, before and after the curves. */
export const before = (runs: ReadonlyArray<Compared>, now: number): string =>
  [facts(runs, now), config(runs), metrics(runs)].join("\n\n")

const facts = (runs: ReadonlyArray<Compared>, now: number): string => {
  const rows: ReadonlyArray<readonly [string, (run: RunSummary) => string]> = [
    [t`status`, ({ status }) => statusText(status)],
    [t`tags`, ({ tags }) => tags.join(", ")],
    [t`sweep`, ({ sweep }) => sweep ?? ""],
    [t`resumed from`, ({ parent }) => parent?.path ?? ""],
    [t`pipeline`, ({ pipeline }) => pipeline ?? ""],
    [t`started`, ({ startedAt }) => ago(startedAt, now)],
    [t`time`, ({ seconds }) => Format.duration(seconds)],
    [t`epoch`, position],
    [t`best`, bestText],
    [t`backend`, ({ backend }) => backend ?? ""],
    [t`host`, ({ host }) => host ?? ""],
    [t`warnings`, ({ warnings }) => (warnings === 0 ? "" : String(warnings))]
  ]
  return sideBySide("", runs, [
    [t`folder`, ...runs.map(({ folder }) => folder)],
    ...rows
      .map(([title, cell]) => [title, ...runs.map(({ detail }) => cell(detail.summary))])
      .filter(([, ...cells]) => cells.some((cell) => cell !== ""))
  ])
}

const ago = (iso: string | null, now: number): string =>
  iso === null ? "" : t`${Format.time(iso)}, ${Format.age((now - Date.parse(iso)) / 1000)} ago`

const sideBySide = (
  title: string,
  runs: ReadonlyArray<Compared>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  ...more: ReadonlyArray<string>
): string => table([title, ...runs.map(({ label }) => label), ...more], rows)

const configDifferences = (summaries: ReadonlyArray<RunSummary>) =>
  diff(summaries.map((run) => run.config)).filter(({ differs }) => differs)

const config = (runs: ReadonlyArray<Compared>): string => {
  const rows = configDifferences(runs.map(({ detail }) => detail.summary))
  return rows.length === 0
    ? t`config: all fields are the same`
    : sideBySide(
        t`config`,
        runs,
        rows.map(({ name, values }) => [
          name,
          ...values.map((value) => (value === undefined ? "" : String(value)))
        ])
      )
}

const lastValues = (summaries: ReadonlyArray<RunSummary>): ReadonlyArray<DiffRow<Finite>> =>
  diff(summaries.map(({ latest }) => latest))

const metrics = (runs: ReadonlyArray<Compared>): string => {
  const rows = lastValues(runs.map(({ detail }) => detail.summary))
  const isPair = runs.length === 2
  return rows.length === 0
    ? t`metrics: none is recorded yet`
    : sideBySide(
        t`metrics, last values`,
        runs,
        rows.map(({ name, values }) => [
          name,
          ...values.map((value) => (value === undefined ? "" : number(value))),
          ...(isPair ? [difference(values[0], values[1])] : [])
        ]),
        ...(isPair ? [t`difference`] : [])
      )
}

/** What the second value has more than the first, with its sign. */
const difference = (one: Finite | undefined, other: Finite | undefined): string => {
  if (one == null || other == null) return ""
  const more = Number((other - one).toPrecision(3))
  return `${more > 0 ? "+" : ""}${Format.number(more, 3)}`
}

/** The most checkpoints of a run that are shown. */
const shownCheckpoints = 5

/** The newest checkpoints of each run, and those that are the best or pinned. */
export const checkpoints = (runs: ReadonlyArray<Compared>, now: number): string => {
  const rows = runs.flatMap(({ detail, label }) =>
    detail.checkpoints
      .filter(({ best, pinned }, i) => i < shownCheckpoints || best || pinned)
      .map((one) => [
        label,
        one.name,
        one.epoch === null ? "" : `${one.epoch}${one.step ? ` +${one.step}` : ""}`,
        one.value === null ? "" : `${one.metric} ${Format.number(one.value)}`,
        Format.bytes(one.bytes),
        Format.age((now - Date.parse(one.savedAt)) / 1000),
        remarks(one)
      ])
  )
  const headers = [t`run`, t`file`, t`epoch`, t`metric`, t`size`, t`age`, t`remarks`]
  return rows.length === 0 ? t`there are no checkpoints` : table(headers, rows)
}

const remarks = ({ aliases, best, health, pinned }: Checkpoint): string =>
  [
    ...(health === "damaged" ? [t`damaged`] : []),
    ...(best && !aliases.includes("best") ? [t`best`] : []),
    ...aliases,
    ...(pinned ? [t`pinned`] : [])
  ].join(", ")

/** Texts of several lines, as many next to one another as fit into `columns`. */
export const inColumns = (texts: ReadonlyArray<string>, width: number, columns: number): string => {
  const across = Math.max(1, Math.floor((columns + 2) / (width + 2)))
  return Array.from({ length: Math.ceil(texts.length / across) }, (_, row) => {
    const blocks = texts.slice(row * across, (row + 1) * across).map((text) => text.split("\n"))
    const height = Math.max(...blocks.map(({ length }) => length))
    return Array.from({ length: height }, (_, line) =>
      blocks
        .map((block, i) => {
          const text = block[line] ?? ""
          // oxlint-disable-next-line no-control-regex
          const taken = displayWidth(text.replaceAll(/\x1b\[\d+m/g, ""))
          return i === blocks.length - 1 ? text : text + padEnd("", width + 2 - taken)
        })
        .join("")
        .trimEnd()
    ).join("\n")
  }).join("\n\n")
}
