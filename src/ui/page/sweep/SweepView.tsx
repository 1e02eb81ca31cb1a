import { useEffect, useState } from "preact/hooks"
import { t } from "../../../language/Text.js"
import type { Trial } from "../../Api.js"
import { Empty, Failure, Loading } from "../components/States.js"
import { useLoaded, useStore } from "../data/hooks.js"
import { ranked } from "../lib/trials.js"
import { defaultCurves, formatRoute, type Route } from "../state/Route.js"
import { useNavigation } from "../state/useRoute.js"
import { useShortcuts } from "../state/useShortcuts.js"
import { BestTrial } from "./BestTrial.js"
import { Importance } from "./Importance.js"
import { LearningCurves } from "./LearningCurves.js"
import { Lineage } from "./Lineage.js"
import { ParallelCoordinates } from "./ParallelCoordinates.js"
import { SweepHeader } from "./SweepHeader.js"
import { SweepHistory } from "./SweepHistory.js"
import { trialAddress, useTrials, type SweepPart } from "./SweepPart.js"
import { TrialTable } from "./TrialTable.js"

export type SweepRoute = Extract<Route, { readonly view: "sweep" }>

/** The most runs whose curves differ by colour and dashes. */
const mostCurves = 32

/** A sweep. */
export const SweepView = ({ route }: { readonly route: SweepRoute }) => {
  const store = useStore()
  const { go } = useNavigation()
  const { id } = route
  const { error, reload, value } = useLoaded(id, [id], (signal) => store.source.sweep(id, signal))
  useEffect(() => {
    if (value !== null) document.title = `${value.summary.name} · Holdfast`
    return () => {
      document.title = "Holdfast"
    }
  }, [value?.summary.name])
  if (value === null) {
    return (
      <>
        <h1 class="hidden">{id}</h1>
        {error === null ? <Loading /> : <Failure error={error} retry={reload} />}
      </>
    )
  }
  return (
    <SweepParts
      detail={value}
      route={route}
      change={(next) => go({ ...route, ...next }, true)}
      open={(trial) => (location.hash = trialAddress(trial))}
    />
  )
}

/** Every part of a sweep: its trials are chosen and pointed at in all of them at once. */
export const SweepParts = ({
  change,
  detail,
  open,
  route
}: Pick<SweepPart, "change" | "detail" | "open" | "route">) => {
  const { parameters, summary, trials } = detail
  const [pointed, setPointed] = useState<number | null>(null)
  const chosen = useTrials(detail, route)
  useShortcuts({
    l: () => change({ log: !chosen.isLog }),
    "0": () => change({ brushes: [], states: [] })
  })
  const part: SweepPart = {
    ...chosen,
    detail,
    route,
    change,
    open,
    pointed: (pointed === null ? undefined : chosen.byNumber.get(pointed)) ?? null,
    point: (trial: Trial | null) => setPointed(trial?.number ?? null)
  }
  if (trials.length === 0) {
    return (
      <>
        <SweepHeader {...part} />
        {summary.problem === null && (
          <Empty
            title={t`No trials yet`}
            text={t`They appear here as soon as the first is chosen.`}
          />
        )}
      </>
    )
  }
  return (
    <>
      <SweepHeader {...part} />
      <div class="run-grid sweep-grid">
        <BestTrial {...part} />
        <section class="card" data-span="all" aria-labelledby="sweep-parallel">
          <ChoiceHead {...part} />
          {parameters.length === 0 ? (
            <p class="note">{t`The sweep has no parameters.`}</p>
          ) : (
            <ParallelCoordinates {...part} />
          )}
        </section>
        <SweepHistory {...part} />
        <Importance {...part} />
        <LearningCurves {...part} />
        <Lineage {...part} />
        <TrialTable {...part} />
      </div>
    </>
  )
}

/** What is chosen of the trials, and what can be done with it. */
const ChoiceHead = ({ change, detail, isChosen, isLog, route }: SweepPart) => {
  const { summary, trials } = detail
  const { source } = useStore()
  const count = isChosen.filter(Boolean).length
  const isAll = count === trials.length
  const isNarrowed = route.brushes.length > 0 || route.states.length > 0
  const best = ranked(
    trials.filter((_, i) => isChosen[i]),
    summary.mode
  ).slice(0, mostCurves)
  return (
    <header class="card-head">
      <h2 id="sweep-parallel">{t`Parameters`}</h2>
      <span class="count" role="status">
        {isAll ? t`Drag on an axis to choose trials.` : t`${count} of ${trials.length} trials`}
      </span>
      {isNarrowed && (
        <button type="button" class="button" onClick={() => change({ brushes: [], states: [] })}>
          {t`Show all`}
        </button>
      )}
      {source.live !== null && best.length > 0 && (
        <a
          class="button"
          href={formatRoute({
            view: "curves",
            ...defaultCurves,
            x: "epoch",
            ids: best.map(({ run }) => run)
          })}
        >
          {best.length === 1 ? t`Curves of this trial` : t`Curves of the best ${best.length}`}
        </a>
      )}
      <label class="check">
        <input
          type="checkbox"
          checked={isLog}
          onChange={(event) => change({ log: event.currentTarget.checked })}
        />
        <span>{t`log scale of ${summary.metric}`}</span>
      </label>
    </header>
  )
}
