import { t } from "../../../language/Text.js"
import { formatBytes, formatInteger, formatNumber, formatPercent } from "../lib/format.js"
import type { RunPart } from "./RunView.js"

/** The few numbers that say how a run is doing. */
export const KeyFigures = ({ detail }: RunPart) => {
  const { saves, summary } = detail
  const { best, latest } = summary
  const wait = latest["data_wait_ms"]
  const step = latest["step_ms"]
  const pauses = saves.map(({ pauseMilliseconds }) => pauseMilliseconds).sort((a, b) => a - b)
  const figures: ReadonlyArray<readonly [string, string, string]> = [
    ...(best === null
      ? []
      : ([[t`best ${best.metric}`, formatNumber(best.value), t`epoch ${best.epoch}`]] as const)),
    ...(latest["loss"] === undefined
      ? []
      : ([
          [
            t`latest loss`,
            formatNumber(latest["loss"]),
            t`step ${formatInteger(summary.global_step)}`
          ]
        ] as const)),
    ...(latest["examples_per_second"] == null
      ? []
      : ([
          [
            t`examples a second`,
            formatNumber(latest["examples_per_second"], 3),
            step == null ? "" : t`${formatNumber(step, 3)} ms a step`
          ]
        ] as const)),
    ...(wait == null || step == null
      ? []
      : ([
          [
            t`waiting for data`,
            formatPercent(wait / (wait + step)),
            t`${formatNumber(wait, 2)} ms a step`
          ]
        ] as const)),
    ...(pauses.length === 0
      ? []
      : ([
          [
            t`pause of a save`,
            `${formatNumber(pauses[Math.floor(pauses.length / 2)], 2)} ms`,
            t`median of ${saves.length}, ${formatBytes(saves.at(-1)?.bytes)} each`
          ]
        ] as const))
  ]
  if (figures.length === 0) return null
  return (
    <dl class="figures" data-span="all">
      {figures.map(([name, value, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <strong>{value}</strong>
            <span>{more}</span>
          </dd>
        </div>
      ))}
    </dl>
  )
}
