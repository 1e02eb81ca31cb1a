import { t } from "../../../language/Text.js"
import type { RunStatus, RunSummary, SweepSummary } from "../../Api.js"
import { Menu } from "../components/Menu.js"
import { Segmented } from "../components/Segmented.js"
import { statusText } from "../components/StatusBadge.js"
import { configFields } from "../lib/table.js"
import type { RunsRoute } from "./RunsView.js"

const statuses: ReadonlyArray<RunStatus> = ["running", "finished", "interrupted", "stopped"]

/** Which runs the table has, and which columns. */
export const RunFilters = ({
  change,
  route,
  runs,
  shown,
  sweeps
}: {
  readonly route: RunsRoute
  readonly runs: ReadonlyArray<RunSummary>
  readonly sweeps: ReadonlyArray<SweepSummary>
  readonly shown: number
  readonly change: (part: Partial<RunsRoute>) => void
}) => {
  const present = statuses.filter((status) => runs.some((run) => run.status === status))
  return (
    <div class="toolbar">
      <input
        class="input"
        data-size="wide"
        type="search"
        data-shortcut="filter"
        placeholder={t`Filter: name, tag, optimizer=adam …`}
        aria-label={t`Filter runs`}
        value={route.query}
        onInput={(event) => change({ query: event.currentTarget.value })}
      />
      {present.length > 1 && (
        <Segmented<string>
          label={t`Status`}
          value={route.status}
          options={[["", t`all`], ...present.map((one) => [one, statusText(one)] as const)]}
          onChange={(status) => change({ status })}
        />
      )}
      <ColumnPicker
        fields={configFields(runs)}
        chosen={route.columns}
        onChange={(columns) => change({ columns })}
      />
      <span class="count" role="status">
        {shown < runs.length
          ? t`${shown} of ${runs.length} runs`
          : runs.length === 1
            ? t`1 run`
            : t`${runs.length} runs`}
        {sweeps.length > 0 && ` · ${sweeps.length === 1 ? t`1 sweep` : t`${sweeps.length} sweeps`}`}
      </span>
    </div>
  )
}

const ColumnPicker = ({
  chosen,
  fields,
  onChange
}: {
  readonly fields: ReturnType<typeof configFields>
  readonly chosen: ReadonlyArray<string>
  readonly onChange: (columns: ReadonlyArray<string>) => void
}) => (
  <Menu
    text={chosen.length === 0 ? t`Columns` : t`Columns: ${chosen.length}`}
    label={t`Fields of the config`}
  >
    {fields.length === 0 && <p class="note">{t`The runs have no config to show.`}</p>}
    {fields.map(({ differs, path }) => (
      <label class="check" key={path}>
        <input
          type="checkbox"
          checked={chosen.includes(path)}
          onChange={(event) =>
            onChange(
              event.currentTarget.checked ? [...chosen, path] : chosen.filter((one) => one !== path)
            )
          }
        />
        <span>{path}</span>
        {differs && <em>{t`differs`}</em>}
      </label>
    ))}
  </Menu>
)
