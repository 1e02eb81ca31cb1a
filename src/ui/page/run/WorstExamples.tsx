import { useState } from "preact/hooks"
import { t } from "../../../language/Text.js"
import type { Example } from "../../Api.js"
import { Segmented } from "../components/Segmented.js"
import { Failure, Loading } from "../components/States.js"
import { useLoaded, useStore } from "../data/hooks.js"
import { formatNumber, formatPercent } from "../lib/format.js"
import { Spectrogram } from "./Spectrogram.js"

/** The examples that the model has classified worst, with their sound where there is one. */
export const WorstExamples = ({
  id,
  split: first
}: {
  readonly id: string
  readonly split: string | null
}) => {
  const store = useStore()
  const [split, setSplit] = useState(first)
  const { error, reload, value } = useLoaded(`${id}\n${split ?? ""}`, [id], (signal) =>
    store.source.examples(id, split, signal)
  )
  return (
    <section class="card" data-span="all">
      <header class="card-head">
        <h2>{t`Worst examples`}</h2>
        {value !== null && value.splits.length > 1 && (
          <Segmented
            label={t`split`}
            value={value.split}
            options={value.splits.map((one) => [one, one] as const)}
            onChange={setSplit}
          />
        )}
      </header>
      {value === null ? (
        error === null ? (
          <Loading />
        ) : (
          <Failure error={error} retry={reload} />
        )
      ) : value.examples.length === 0 ? (
        <p class="note">{t`None.`}</p>
      ) : (
        <ol class="examples">
          {value.examples.map((example) => (
            <ExampleCard key={example.index} id={id} split={value.split} example={example} />
          ))}
        </ol>
      )}
    </section>
  )
}

const ExampleCard = ({
  example,
  id,
  split
}: {
  readonly id: string
  readonly split: string
  readonly example: Example
}) => {
  const { source } = useStore()
  const { index, label, labelProbability, loss, media, name, path, predicted } = example
  const audio = media === "audio" ? source.audio({ id, split, index }) : null
  return (
    <li class="example">
      {media === "audio" && <Spectrogram id={id} split={split} index={index} name={name} />}
      <p class="example-guess">
        <strong>{label}</strong>
        {predicted === label ? (
          <span class="quiet">{t`recognized, but unsure`}</span>
        ) : (
          <>
            <span class="quiet">{t`taken for`}</span>
            <strong>{predicted}</strong>
          </>
        )}
      </p>
      <p class="quiet">
        {t`probability of the label ${formatPercent(labelProbability)}`} ·{" "}
        {t`loss ${formatNumber(loss, 3)}`}
      </p>
      <p class="path" title={path ?? name}>
        {name}
      </p>
      {audio !== null && <audio controls preload="none" src={audio} aria-label={t`play ${name}`} />}
    </li>
  )
}
