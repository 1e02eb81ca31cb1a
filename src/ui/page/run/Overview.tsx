import { t } from "../../../language/Text.js"
import { ChartCard } from "../charts/ChartCard.js"
import { Command } from "../components/CopyButton.js"
import { useDrawnRuns } from "../curves/useDrawnRuns.js"
import { useLoaded, useStore } from "../data/hooks.js"
import { formatAgo, formatMoment, formatNumber } from "../lib/format.js"
import { KeyFigures } from "./KeyFigures.js"
import { Notes } from "./Notes.js"
import type { RunPart } from "./RunView.js"
import { resumeMarks } from "./RunCurves.js"

/** What one wants to know of a run first. */
export const Overview = (part: RunPart) => {
  const { change, detail, route } = part
  const { summary } = detail
  const store = useStore()
  const drawn = useDrawnRuns([summary.id])
  const { value } = useLoaded(summary.id, [summary.id], (signal) =>
    store.source.metrics([summary.id], signal)
  )
  const monitored = summary.best?.metric
  const main = (value?.metrics ?? []).filter(
    ({ name }) => name === "loss" || name === monitored || name === "val_accuracy"
  )
  return (
    <div class="run-grid">
      <KeyFigures {...part} />
      {main.length > 0 && (
        <section data-span="all">
          <h2 class="hidden">{t`Curves`}</h2>
          <div class="chart-grid">
            {main.map((metric) => (
              <ChartCard
                key={metric.name}
                metric={metric}
                runs={drawn}
                options={route}
                onZoom={(zoom) => change({ zoom })}
                marks={resumeMarks(detail, route.x)}
              />
            ))}
          </div>
        </section>
      )}
      {detail.resumeCommand !== null && (
        <section class="card" data-span="all">
          <h2>{summary.status === "running" ? t`Resume it after a stop` : t`Resume`}</h2>
          <Command text={detail.resumeCommand} />
        </section>
      )}
      <Warnings {...part} />
      <Notes {...part} key={summary.id} />
      {detail.evaluated.length > 0 && (
        <section class="card">
          <h2>{t`Evaluated`}</h2>
          {detail.evaluated.map(({ epoch, metrics, split }) => (
            <dl class="pairs" key={split}>
              <div>
                <dt>{t`split`}</dt>
                <dd>
                  {split}, {t`epoch ${epoch}`}
                </dd>
              </div>
              {Object.entries(metrics).map(([name, figure]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{formatNumber(figure)}</dd>
                </div>
              ))}
            </dl>
          ))}
        </section>
      )}
    </div>
  )
}

const Warnings = ({ detail: { warnings } }: RunPart) => (
  <section class="card">
    <h2>{t`Warnings`}</h2>
    {warnings.length === 0 ? (
      <p class="note">{t`None.`}</p>
    ) : (
      <ul class="warnings">
        {[...warnings].reverse().map(({ code, message, time }, i) => (
          <li key={i}>
            <p>{message}</p>
            <span class="quiet" title={formatMoment(time)}>
              {[code, formatAgo(time, Date.now())].filter(Boolean).join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    )}
  </section>
)
