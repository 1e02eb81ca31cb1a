import { t } from "../../../language/Text.js"
import type { Save } from "../../Api.js"
import { ChartCard } from "../charts/ChartCard.js"
import { Empty } from "../components/States.js"
import { useDrawnRuns } from "../curves/useDrawnRuns.js"
import { useLoaded, useStore } from "../data/hooks.js"
import { formatBytes, formatDuration, formatPercent } from "../lib/format.js"
import { groupMetrics } from "../lib/metricGroups.js"
import { stageTree } from "../lib/stageTree.js"
import type { RunPart } from "./RunView.js"

/** Where the time of a run goes: steps, data, saves, stages, and the machine. */
export const Performance = ({ change, detail, route }: RunPart) => {
  const { id } = detail.summary
  const store = useStore()
  const drawn = useDrawnRuns([id])
  const { value } = useLoaded(id, [id], (signal) => store.source.metrics([id], signal))
  const groups = groupMetrics(value?.metrics ?? []).filter(
    ({ group }) => group === "speed" || group === "system"
  )
  const { saves, stages } = detail
  if (value !== null && groups.length === 0 && saves.length === 0 && stages.length === 0) {
    return (
      <Empty
        title={t`Nothing measured yet`}
        text={t`Times appear with the first steps of the run.`}
      />
    )
  }
  return (
    <div class="run-grid">
      {groups.map(({ group, metrics }) => (
        <section class="chart-group" data-span="all" key={group}>
          <h2>{group === "speed" ? t`Steps and data` : t`System load`}</h2>
          <div class="chart-grid">
            {metrics.map((metric) => (
              <ChartCard
                key={metric.name}
                metric={metric}
                runs={drawn}
                options={route}
                onZoom={(zoom) => change({ zoom })}
                height={160}
              />
            ))}
          </div>
        </section>
      ))}
      {stages.length > 0 && (
        <section class="card">
          <h2>{t`Time by stage`}</h2>
          <ul class="stages">
            {stageTree(stages).map(({ calls, depth, name, own, seconds, share }, i) => (
              <li key={i} style={{ paddingLeft: `${depth * 18}px` }}>
                <span class="stage-name">{name}</span>
                <span class="stage-bar">
                  <span style={{ width: `${share * 100}%` }} />
                </span>
                <span
                  class="number"
                  title={
                    own === null ? undefined : t`${formatDuration(own)} of it in no stage inside`
                  }
                >
                  {formatDuration(seconds)}
                </span>
                <span class="number">{formatPercent(share)}</span>
                <span class="number">{calls} ×</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {saves.length > 0 && <Saves saves={saves} />}
    </div>
  )
}

/** How long training paused for each save, and how long the save took beside it. */
const Saves = ({ saves }: { readonly saves: ReadonlyArray<Save> }) => {
  const shown = saves.slice(-60)
  const highest = Math.max(...shown.map(({ pauseMilliseconds }) => pauseMilliseconds), 1e-9)
  const total = saves.reduce((sum, { pauseMilliseconds }) => sum + pauseMilliseconds, 0)
  return (
    <section class="card">
      <h2>{t`Pauses of saves`}</h2>
      <p class="note">
        {t`${saves.length} saves paused training for ${formatDuration(total / 1000)} in all; the longest of the last ${shown.length} for ${formatDuration(highest / 1000)}.`}
      </p>
      <svg
        class="bars"
        viewBox={`0 0 ${shown.length * 10} 60`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t`pause of each save`}
      >
        {shown.map(({ bytes, milliseconds, pauseMilliseconds, position }, i) => {
          const height = (pauseMilliseconds / highest) * 58
          return (
            <rect key={i} x={i * 10 + 1.5} y={60 - height} width="7" height={height}>
              <title>
                {t`epoch ${position.epoch}, step ${position.step}: paused ${formatDuration(pauseMilliseconds / 1000)}, written in ${formatDuration(milliseconds / 1000)}, ${formatBytes(bytes)}`}
              </title>
            </rect>
          )
        })}
      </svg>
    </section>
  )
}
