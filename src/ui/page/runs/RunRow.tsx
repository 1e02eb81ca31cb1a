import { memo } from "../lib/memo.js"
import { t } from "../../../language/Text.js"
import type { RunSummary } from "../../Api.js"
import { Swatch } from "../charts/ChartCard.js"
import { Progress, positionText } from "../components/Progress.js"
import { Sparkline } from "../components/Sparkline.js"
import { StatusBadge } from "../components/StatusBadge.js"
import { Tags } from "../components/Tags.js"
import {
  formatAgo,
  formatDuration,
  formatField,
  formatMoment,
  formatNumber
} from "../lib/format.js"
import { lineStyle } from "../lib/palette.js"
import { defaultCurves, formatRoute } from "../state/Route.js"
import { useSettings } from "../state/Settings.js"

interface RunRowProps {
  readonly run: RunSummary
  /** Whether it stands below its sweep. */
  readonly isTrial: boolean
  readonly metrics: ReadonlyArray<string>
  readonly columns: ReadonlyArray<string>
  /** Its number among those selected, which decides its colour; -1: not selected. */
  readonly selected: number
  readonly toggle: (id: string) => void
}

/** A run in the table. */
const Row = ({ columns, isTrial, metrics, run, selected, toggle }: RunRowProps) => {
  const { theme } = useSettings()
  const href = formatRoute({ view: "run", id: run.id, tab: "overview", ...defaultCurves })
  return (
    <tr data-run={run.id} data-selected={selected >= 0} data-trial={isTrial}>
      <td class="cell-select">
        <input
          type="checkbox"
          checked={selected >= 0}
          aria-label={t`select ${run.name}`}
          onChange={() => toggle(run.id)}
        />
      </td>
      <th scope="row" class="cell-name">
        <a href={href}>{isTrial && !run.isNamed ? lastPart(run.id) : run.name}</a>
        {selected >= 0 && <Swatch run={{ style: lineStyle(selected, theme) }} />}
        <div class="cell-sub">
          <span class="path" title={run.id}>
            {run.id}
          </span>
          <Tags tags={run.tags} />
          {run.warnings > 0 && (
            <span class="tag" data-kind="warning">
              {run.warnings === 1 ? t`1 warning` : t`${run.warnings} warnings`}
            </span>
          )}
          {run.problem !== null && (
            <span class="tag" data-kind="error" title={run.problem}>
              {t`unreadable in part`}
            </span>
          )}
        </div>
      </th>
      <td class="cell-status">
        <StatusBadge status={run.status} />
      </td>
      <td class="cell-spark">
        <Sparkline values={run.spark} />
      </td>
      <td class="cell-progress">
        <span class="progress-text" title={positionText(run)}>
          {run.epoch}
          {run.epochs !== null && <span class="quiet"> / {run.epochs}</span>}
          {run.secondsLeft !== null && (
            <span class="quiet"> · {t`${formatDuration(run.secondsLeft)} left`}</span>
          )}
        </span>
        <Progress run={run} />
      </td>
      <td class="number" data-label={t`Best`}>
        {run.best === null ? (
          "–"
        ) : (
          <span title={t`${run.best.metric}, epoch ${run.best.epoch}`}>
            {formatNumber(run.best.value)}
          </span>
        )}
      </td>
      {metrics.map((name) => (
        <td class="number" key={name} data-label={name}>
          {formatNumber(run.latest[name])}
        </td>
      ))}
      {columns.map((path) => (
        <td
          class="cell-config"
          key={path}
          data-label={path.split(".").at(-1)}
          title={`${path}: ${formatField(run.config[path])}`}
        >
          {formatField(run.config[path])}
        </td>
      ))}
      <td class="number" data-label={t`Time`}>
        {formatDuration(run.seconds)}
      </td>
      <td class="number" data-label={t`Started`} title={formatMoment(run.startedAt)}>
        {formatAgo(run.startedAt, Date.now())}
      </td>
    </tr>
  )
}

const lastPart = (id: string): string => id.slice(id.lastIndexOf("/") + 1)

export const RunRow = memo(Row)
