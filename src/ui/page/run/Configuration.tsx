import { useState } from "preact/hooks"
import { t } from "../../../language/Text.js"
import { formatField, formatMoment } from "../lib/format.js"
import { flatten } from "../lib/flatten.js"
import type { RunPart } from "./RunView.js"

/** What a run was started with, and on what. */
export const Configuration = ({ detail }: RunPart) => {
  const [query, setQuery] = useState("")
  const fields = Object.entries(detail.summary.config).filter(([path]) =>
    path.toLowerCase().includes(query.toLowerCase())
  )
  return (
    <div class="run-grid">
      <section class="card">
        <header class="card-head">
          <h2>{t`Config`}</h2>
          <input
            class="input"
            type="search"
            data-shortcut="filter"
            placeholder={t`Filter`}
            aria-label={t`Filter the config`}
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        </header>
        {fields.length === 0 ? (
          <p class="note">{t`None.`}</p>
        ) : (
          <Pairs pairs={fields.map(([path, value]) => [path, formatField(value)])} />
        )}
      </section>
      <section class="card">
        <h2>{t`Environment`}</h2>
        <Pairs
          pairs={Object.entries(flatten(detail.environment)).map(([name, value]) => [
            name,
            formatField(value)
          ])}
        />
      </section>
      <section class="card">
        <h2>{t`Processes`}</h2>
        <ol class="processes">
          {detail.processes.map(({ from, openedAt }, i) => (
            <li key={i}>
              <span>{formatMoment(openedAt)}</span>
              <span class="quiet">
                {from === null
                  ? t`started from scratch`
                  : t`resumed from epoch ${from.epoch}, step ${from.step}`}
              </span>
            </li>
          ))}
        </ol>
        {detail.log.isThinned && (
          <p class="note">{t`The log keeps a part of the steps, with every peak.`}</p>
        )}
      </section>
    </div>
  )
}

const Pairs = ({ pairs }: { readonly pairs: ReadonlyArray<readonly [string, string]> }) => (
  <dl class="pairs" data-kind="code">
    {pairs.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)
