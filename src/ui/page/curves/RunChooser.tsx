import { useState } from "preact/hooks"
import { t } from "../../../language/Text.js"
import { Swatch } from "../charts/ChartCard.js"
import type { DrawnRun } from "../charts/Curve.js"
import { Menu } from "../components/Menu.js"
import { StatusBadge } from "../components/StatusBadge.js"
import { useRuns } from "../data/hooks.js"
import { matches } from "../lib/table.js"
import { defaultCurves, formatRoute } from "../state/Route.js"

/** The runs that are drawn, to hide or leave out, and the others, to add. */
export const RunChooser = ({
  hidden,
  onChange,
  onHide,
  runs
}: {
  readonly runs: ReadonlyArray<DrawnRun>
  readonly hidden: ReadonlyArray<string>
  readonly onHide: (hidden: ReadonlyArray<string>) => void
  readonly onChange: (ids: ReadonlyArray<string>) => void
}) => {
  const all = useRuns().runs
  const [query, setQuery] = useState("")
  const ids = runs.map(({ id }) => id)
  const others = all.filter((run) => !ids.includes(run.id) && matches(run, query, ""))
  return (
    <aside class="chooser" aria-label={t`Runs that are drawn`}>
      <ul>
        {runs.map((run) => {
          const status = all.find(({ id }) => id === run.id)?.status
          return (
            <li key={run.id} data-hidden={hidden.includes(run.id)}>
              <label class="check">
                <input
                  type="checkbox"
                  checked={!hidden.includes(run.id)}
                  aria-label={t`show ${run.name}`}
                  onChange={() =>
                    onHide(
                      hidden.includes(run.id)
                        ? hidden.filter((one) => one !== run.id)
                        : [...hidden, run.id]
                    )
                  }
                />
                <Swatch run={run} />
              </label>
              <a
                title={run.id}
                href={formatRoute({ view: "run", id: run.id, tab: "overview", ...defaultCurves })}
              >
                {run.name}
              </a>
              {status === "running" && <StatusBadge status={status} />}
              <button
                type="button"
                class="icon-button"
                aria-label={t`leave out ${run.name}`}
                onClick={() => onChange(ids.filter((one) => one !== run.id))}
              >
                <svg viewBox="0 0 16 16" aria-hidden="true">
                  <path d="M4 4l8 8M12 4l-8 8" />
                </svg>
              </button>
            </li>
          )
        })}
      </ul>
      <Menu text={t`Add a run`} label={t`Add a run`} isOpen={runs.length === 0}>
        <input
          class="input"
          type="search"
          placeholder={t`Filter runs`}
          aria-label={t`Filter runs to add`}
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
        <div class="menu-list">
          {others.slice(0, 100).map((run) => (
            <button
              key={run.id}
              type="button"
              title={run.id}
              onClick={() => onChange([...ids, run.id])}
            >
              {run.name}
            </button>
          ))}
          {others.length === 0 && <p class="note">{t`No other run is like this.`}</p>}
        </div>
      </Menu>
    </aside>
  )
}
