import { useEffect } from "preact/hooks"
import { t } from "../../../language/Text.js"
import type { RunDetail } from "../../Api.js"
import { Failure, Loading } from "../components/States.js"
import { useLoaded, useRuns, useStore } from "../data/hooks.js"
import { formatRoute, tabs, type Route, type Tab } from "../state/Route.js"
import { useNavigation } from "../state/useRoute.js"
import { Checkpoints } from "./Checkpoints.js"
import { Configuration } from "./Configuration.js"
import { Evaluation } from "./Evaluation.js"
import { Overview } from "./Overview.js"
import { Performance } from "./Performance.js"
import { RunCurves } from "./RunCurves.js"
import { RunHeader } from "./RunHeader.js"

export type RunRoute = Extract<Route, { readonly view: "run" }>

/** What every part of a run's page gets. */
export interface RunPart {
  readonly detail: RunDetail
  readonly route: RunRoute
  readonly change: (part: Partial<RunRoute>) => void
  /** Asks for the run again, as after an action. */
  readonly reload: () => void
}

export const tabText = (tab: Tab): string => {
  switch (tab) {
    case "overview":
      return t`Overview`
    case "curves":
      return t`Curves`
    case "checkpoints":
      return t`Checkpoints`
    case "performance":
      return t`Performance`
    case "evaluation":
      return t`Evaluation`
    case "config":
      return t`Config`
  }
}

export const tabView = (tab: Tab, part: RunPart) => {
  switch (tab) {
    case "overview":
      return <Overview {...part} />
    case "curves":
      return <RunCurves {...part} />
    case "checkpoints":
      return <Checkpoints {...part} />
    case "performance":
      return <Performance {...part} />
    case "evaluation":
      return <Evaluation {...part} />
    case "config":
      return <Configuration {...part} />
  }
}

/** On a narrow screen the tabs scroll: the one that is open is in sight. */
const showCurrent = (nav: HTMLElement | null): void => {
  const current = nav?.querySelector<HTMLElement>("[aria-current]")
  if (
    nav != null &&
    current != null &&
    current.offsetLeft + current.offsetWidth > nav.clientWidth
  ) {
    nav.scrollLeft = current.offsetLeft - nav.clientWidth / 3
  }
}

/** A run. */
export const RunView = ({ route }: { readonly route: RunRoute }) => {
  const store = useStore()
  const { go } = useNavigation()
  const { runs } = useRuns()
  const { id } = route
  const { error, reload, value } = useLoaded(id, [id], (signal) => store.source.run(id, signal))
  const live = runs.find((run) => run.id === id)
  useEffect(() => {
    if (live !== undefined) document.title = `${live.name} · Holdfast`
    return () => {
      document.title = "Holdfast"
    }
  }, [live?.name])
  if (value === null) {
    return (
      <>
        <h1 class="hidden">{id}</h1>
        {error === null ? <Loading /> : <Failure error={error} retry={reload} />}
      </>
    )
  }
  // The table's summary is newer than the run's own while it trains.
  const detail =
    live === undefined ? value : { ...value, summary: live, secondsLeft: live.secondsLeft }
  const part = {
    detail,
    route,
    reload,
    change: (next: Partial<RunRoute>) => go({ ...route, ...next }, true)
  }
  return (
    <>
      <RunHeader {...part} />
      <nav class="tabs" aria-label={t`Parts of the run`} ref={showCurrent}>
        {tabs.map((tab) => (
          <a
            key={tab}
            href={formatRoute({ ...route, tab })}
            aria-current={tab === route.tab ? "page" : undefined}
          >
            {tabText(tab)}
            {tab === "checkpoints" && <span class="tab-count">{detail.checkpoints.length}</span>}
          </a>
        ))}
      </nav>
      {tabView(route.tab, part)}
    </>
  )
}
