import { useMemo, useRef, useState } from "preact/hooks"
import { t } from "../../../language/Text.js"
import { views } from "../components/TopBar.js"
import { Empty, Failure, Loading } from "../components/States.js"
import { useRuns, useStore } from "../data/hooks.js"
import { runRows, toggled } from "../lib/runRows.js"
import { arrange } from "../lib/table.js"
import { defaultCurves, defaultSweep, formatRoute, type Route } from "../state/Route.js"
import { useNavigation } from "../state/useRoute.js"
import { useShortcuts } from "../state/useShortcuts.js"
import { RunFilters } from "./RunFilters.js"
import { RunTable } from "./RunTable.js"

export type RunsRoute = Extract<Route, { readonly view: "runs" }>

/** The table of runs. */
export const RunsView = ({ route }: { readonly route: RunsRoute }) => {
  const store = useStore()
  const { error, list, runs, status, sweeps } = useRuns()
  const { go } = useNavigation()
  const [focus, setFocus] = useState(-1)
  const table = useRef<HTMLDivElement>(null)
  const change = (part: Partial<RunsRoute>) => go({ ...route, ...part }, true)
  const shown = useMemo(() => arrange(runs, route), [runs, route])
  const isAll = route.query.trim() === "" && route.status === ""
  const rows = useMemo(
    () => runRows(shown, sweeps, route.open, isAll),
    [shown, sweeps, route.open.join("\n"), isAll]
  )
  const toggle = (id: string) => change({ selected: toggled(route.selected, id) })
  const moveTo = (index: number) => {
    const next = Math.min(rows.length - 1, Math.max(0, index))
    setFocus(next)
    table.current?.querySelectorAll<HTMLElement>("[data-run] a")[next]?.focus()
  }
  const targets = views(route)
  useShortcuts({
    j: () => moveTo(focus + 1),
    k: () => moveTo(focus - 1),
    x: () => {
      const row = rows[focus]
      if (row?.kind === "run") toggle(row.run.id)
      if (row?.kind === "sweep") change({ open: toggled(route.open, row.sweep.id) })
    },
    Enter: () => {
      const row = rows[focus]
      if (row?.kind === "run") {
        go({ view: "run", id: row.run.id, tab: "overview", ...defaultCurves })
      }
      if (row?.kind === "sweep") go({ view: "sweep", id: row.sweep.id, ...defaultSweep })
    },
    c: () => go(targets.curves),
    v: () => go(targets.compare)
  })

  const unread = list?.unread ?? 0
  if (status === "loading" || (runs.length === 0 && unread > 0)) return <Loading />
  if (status === "failed" && error !== null) {
    return <Failure error={error} retry={() => void store.load()} />
  }
  if (runs.length === 0 && sweeps.length === 0) {
    return (
      <Empty
        title={t`No runs in this folder yet`}
        text={t`Start one in another terminal: it appears here with its first checkpoint or step.`}
      >
        <code class="state-code">npx holdfast run pipelines/speaker.ts</code>
      </Empty>
    )
  }
  return (
    <>
      <h1 class="hidden">{t`Runs`}</h1>
      <RunFilters {...{ change, route, runs, sweeps }} shown={shown.length} />
      {unread > 0 && <p class="banner" role="status">{t`Reading runs: ${unread} to go…`}</p>}
      {list?.truncated === true && (
        <p class="banner">{t`The folder has so many folders that not all were looked into.`}</p>
      )}
      {rows.length === 0 ? (
        <Empty title={t`No run is like this`} text={route.query}>
          <button type="button" class="button" onClick={() => change({ query: "", status: "" })}>
            {t`Clear the filter`}
          </button>
        </Empty>
      ) : (
        <div ref={table}>
          <RunTable {...{ change, route, rows, toggle }} />
        </div>
      )}
      {route.selected.length > 0 && (
        <aside class="selection" aria-label={t`Selected runs`}>
          <span>{t`${route.selected.length} selected`}</span>
          <a class="button" data-kind="primary" href={formatRoute(targets.curves)}>
            {t`Curves`}
          </a>
          <a class="button" href={formatRoute(targets.compare)}>
            {t`Compare`}
          </a>
          <button type="button" class="button" onClick={() => change({ selected: [] })}>
            {t`Clear`}
          </button>
        </aside>
      )}
    </>
  )
}
