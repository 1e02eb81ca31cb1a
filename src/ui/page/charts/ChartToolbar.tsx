import { t } from "../../../language/Text.js"
import type { XAxis } from "../../Api.js"
import { useStore } from "../data/hooks.js"
import { Segmented } from "../components/Segmented.js"
import type { CurveOptions } from "../state/Route.js"

const axisText = (axis: XAxis): string => {
  switch (axis) {
    case "step":
      return t`step`
    case "epoch":
      return t`epoch`
    case "time":
      return t`relative`
    case "wall":
      return t`wall time`
  }
}

/** How the curves are drawn: x axis, smoothing, scale, which metrics. */
export const ChartToolbar = ({
  onChange,
  options
}: {
  readonly options: CurveOptions
  readonly onChange: (change: Partial<CurveOptions>) => void
}) => (
  <div class="toolbar" role="group" aria-label={t`How curves are drawn`}>
    <Segmented<XAxis>
      label={t`x axis`}
      value={options.x}
      options={useStore().source.axes.map((axis) => [axis, axisText(axis)] as const)}
      // Another axis has other numbers: a part of it means nothing there.
      onChange={(x) => onChange({ x, zoom: null })}
    />
    <label class="slider">
      <span>{t`smoothing`}</span>
      <input
        type="range"
        min="0"
        max="0.99"
        step="0.01"
        value={options.smooth}
        onInput={(event) => onChange({ smooth: Number(event.currentTarget.value) })}
      />
      <output>{options.smooth.toFixed(2)}</output>
    </label>
    <label class="check">
      <input
        type="checkbox"
        checked={options.log}
        onChange={(event) => onChange({ log: event.currentTarget.checked })}
      />
      <span>{t`log scale`}</span>
    </label>
    <input
      class="input"
      type="search"
      data-shortcut="filter"
      placeholder={t`Filter metrics`}
      aria-label={t`Filter metrics`}
      value={options.filter}
      onInput={(event) => onChange({ filter: event.currentTarget.value })}
    />
    <button
      type="button"
      class="button"
      disabled={options.zoom === null}
      onClick={() => onChange({ zoom: null })}
    >
      {t`Reset zoom`}
    </button>
  </div>
)
