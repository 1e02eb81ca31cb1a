import type { TrialState, XAxis } from "../../Api.js"
import type { Brush } from "../lib/parallel.js"
import { trialStates } from "../lib/trials.js"

/** How curves are drawn; part of the address, so that a view can be shared. */
export interface CurveOptions {
  readonly x: XAxis
  /** The weight of the past in the moving average: 0 is none, 0.99 is very smooth. */
  readonly smooth: number
  readonly log: boolean
  /** Only metrics whose names have it. */
  readonly filter: string
  /** The part of the x axis that is shown; null: all. */
  readonly zoom: { readonly from: number; readonly to: number } | null
}

/** How the table of runs is filtered and sorted. */
export interface TableOptions {
  readonly query: string
  readonly status: string
  readonly sort: string
  readonly descending: boolean
  /** Fields of the config that have a column. */
  readonly columns: ReadonlyArray<string>
  /** The sweeps whose trials are in sight. */
  readonly open: ReadonlyArray<string>
}

/** What of a sweep is shown, and how. */
export interface SweepOptions {
  /** A range of the values of each of these axes. */
  readonly brushes: ReadonlyArray<Brush>
  /** Only trials in these states; none: all. */
  readonly states: ReadonlyArray<TrialState>
  readonly sort: string
  readonly descending: boolean
  /** Whether the metric has a log scale; null: where its values differ so much that they need one. */
  readonly log: boolean | null
}

/** The part of a run's page that is shown. */
export const tabs = [
  "overview",
  "curves",
  "checkpoints",
  "performance",
  "evaluation",
  "config"
] as const
export type Tab = (typeof tabs)[number]

/** What the page shows: the whole of it is in the address. */
export type Route =
  | ({ readonly view: "runs"; readonly selected: ReadonlyArray<string> } & TableOptions)
  | ({ readonly view: "curves"; readonly ids: ReadonlyArray<string> } & CurveOptions)
  | ({ readonly view: "compare"; readonly ids: ReadonlyArray<string> } & CurveOptions)
  | ({ readonly view: "run"; readonly id: string; readonly tab: Tab } & CurveOptions)
  | ({ readonly view: "sweep"; readonly id: string } & SweepOptions)

export const defaultCurves: CurveOptions = {
  x: "step",
  smooth: 0.6,
  log: false,
  filter: "",
  zoom: null
}

export const defaultTable: TableOptions = {
  query: "",
  status: "",
  sort: "started",
  descending: true,
  columns: [],
  open: []
}

export const defaultSweep: SweepOptions = {
  brushes: [],
  states: [],
  sort: "number",
  descending: false,
  log: null
}

const axes: ReadonlyArray<XAxis> = ["step", "epoch", "time", "wall"]

const number = (text: string | null, otherwise: number): number => {
  const value = text === null || text.trim() === "" ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : otherwise
}

const curvesOf = (query: URLSearchParams): CurveOptions => {
  const from = number(query.get("from"), Number.NaN)
  const to = number(query.get("to"), Number.NaN)
  return {
    x: axes.find((axis) => axis === query.get("x")) ?? defaultCurves.x,
    smooth: Math.min(0.99, Math.max(0, number(query.get("smooth"), defaultCurves.smooth))),
    log: query.get("log") === "1",
    filter: query.get("filter") ?? "",
    zoom: from < to ? { from, to } : null
  }
}

const sweepOf = (query: URLSearchParams): SweepOptions => ({
  brushes: query.getAll("brush").flatMap((text) => {
    const [, axis, from, to] = /^(.*):([^:]+):([^:]+)$/s.exec(text) ?? []
    const brush = { axis: axis ?? "", from: Number(from), to: Number(to) }
    return brush.from <= brush.to ? [brush] : []
  }),
  states: trialStates.filter((state) => query.getAll("state").includes(state)),
  sort: query.get("sort") ?? defaultSweep.sort,
  descending: query.get("order") === "desc",
  log: query.has("log") ? query.get("log") === "1" : null
})

/** What an address says: `#/run?id=…`. What it says wrong is as if it were not there. */
export const parseRoute = (hash: string): Route => {
  const [path = "", search = ""] = hash.replace(/^#?\/?/, "").split(/\?(.*)/s)
  const query = new URLSearchParams(search)
  const id = query.get("id")
  switch (path) {
    case "curves":
    case "compare":
      return { view: path, ids: query.getAll("id"), ...curvesOf(query) }
    case "run":
      if (id === null) break
      return {
        view: "run",
        id,
        tab: tabs.find((tab) => tab === query.get("tab")) ?? "overview",
        ...curvesOf(query)
      }
    case "sweep":
      if (id === null) break
      return { view: "sweep", id, ...sweepOf(query) }
  }
  return {
    view: "runs",
    selected: query.getAll("select"),
    query: query.get("q") ?? "",
    status: query.get("status") ?? "",
    sort: query.get("sort") ?? defaultTable.sort,
    descending: query.get("order") !== "asc",
    columns: query.getAll("column"),
    open: query.getAll("open")
  }
}

/** The address of a view; what is as usual is left out. */
export const formatRoute = (route: Route): string => {
  const query = new URLSearchParams()
  const set = (name: string, value: string, usual: string) => {
    if (value !== usual) query.set(name, value)
  }
  if (route.view === "runs") {
    set("q", route.query, "")
    set("status", route.status, "")
    set("sort", route.sort, defaultTable.sort)
    set("order", route.descending ? "desc" : "asc", "desc")
    for (const column of route.columns) query.append("column", column)
    for (const id of route.open) query.append("open", id)
    for (const id of route.selected) query.append("select", id)
  } else if (route.view === "sweep") {
    query.append("id", route.id)
    for (const { axis, from, to } of route.brushes) query.append("brush", `${axis}:${from}:${to}`)
    for (const state of route.states) query.append("state", state)
    set("sort", route.sort, defaultSweep.sort)
    set("order", route.descending ? "desc" : "asc", "asc")
    if (route.log !== null) query.set("log", route.log ? "1" : "0")
  } else {
    for (const id of route.view === "run" ? [route.id] : route.ids) query.append("id", id)
    if (route.view === "run") set("tab", route.tab, "overview")
    set("x", route.x, defaultCurves.x)
    set("smooth", String(route.smooth), String(defaultCurves.smooth))
    set("log", route.log ? "1" : "", "")
    set("filter", route.filter, "")
    if (route.zoom !== null) {
      query.set("from", String(route.zoom.from))
      query.set("to", String(route.zoom.to))
    }
  }
  const search = query.toString()
  return `#/${route.view === "runs" ? "" : route.view}${search === "" ? "" : `?${search}`}`
}
