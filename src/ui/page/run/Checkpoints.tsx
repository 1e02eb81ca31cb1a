import { useState } from "preact/hooks"
import { t } from "../../../language/Text.js"
import type { Checkpoint } from "../../Api.js"
import { CopyButton } from "../components/CopyButton.js"
import { Confirm } from "../components/Dialog.js"
import { Empty, reason } from "../components/States.js"
import { useRuns, useStore } from "../data/hooks.js"
import { sourceError } from "../data/Source.js"
import { formatAgo, formatBytes, formatMoment, formatNumber } from "../lib/format.js"
import type { RunPart } from "./RunView.js"

/** The checkpoints of a run. */
export const Checkpoints = ({ detail, reload }: RunPart) => {
  const store = useStore()
  const { list } = useRuns()
  const { act, verify } = store.source
  const canAct = act !== null && list?.canAct === true
  const [checked, setChecked] = useState<ReadonlyArray<Checkpoint>>([])
  const [message, setMessage] = useState<string | null>(null)
  const [unpinning, setUnpinning] = useState<Checkpoint | null>(null)
  const { checkpoints, summary } = detail
  if (checkpoints.length === 0) {
    return (
      <Empty
        title={t`No checkpoints yet`}
        text={t`The run saves them while it trains, and when it is stopped.`}
      />
    )
  }
  const attempt = async (work: () => Promise<string>) => {
    try {
      setMessage(await work())
    } catch (cause) {
      const error = sourceError(cause)
      setMessage(`${reason(error)} ${error.message}`)
    }
  }
  const pin = (checkpoint: string, action: "pin" | "unpin") =>
    attempt(async () => {
      await act?.({ action, id: summary.id, checkpoint })
      reload()
      return action === "pin"
        ? t`${checkpoint} is kept permanently.`
        : t`${checkpoint} may be deleted by retention again.`
    })
  const verifyAll = () =>
    attempt(async () => {
      setMessage(t`Reading every byte …`)
      const all = (await verify?.(summary.id)) ?? []
      setChecked(all)
      const damaged = all.filter(({ health }) => health === "damaged").length
      return damaged === 0
        ? t`${all.length} checkpoints read, all of them intact.`
        : t`${all.length} checkpoints read, ${damaged} damaged.`
    })
  const healthOf = (one: Checkpoint): Checkpoint =>
    checked.find(({ name, savedAt }) => name === one.name && savedAt === one.savedAt) ?? one

  return (
    <section class="card">
      <header class="card-head">
        <h2>{t`Checkpoints`}</h2>
        <span class="note" role="status">
          {message}
        </span>
        {verify !== null && (
          <button type="button" class="button" onClick={verifyAll}>
            {t`Verify all`}
          </button>
        )}
      </header>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={t`Checkpoints`}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t`File`}</th>
              <th scope="col" data-kind="number">{t`Epoch`}</th>
              <th scope="col" data-kind="number">{t`Step`}</th>
              <th scope="col" data-kind="number">
                {checkpoints[0]!.metric}
              </th>
              <th scope="col">{t`Health`}</th>
              <th scope="col" data-kind="number">{t`Size`}</th>
              <th scope="col" data-kind="number">{t`Saved`}</th>
              <th scope="col">
                <span class="hidden">{t`Actions`}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {checkpoints.map((one) => (
              <tr key={one.name}>
                <th scope="row" class="cell-file">
                  <span class="path" title={one.name}>
                    {one.name}
                  </span>
                  {one.best && <span class="tag" data-kind="best">{t`best`}</span>}
                  {one.pinned && <span class="tag" data-kind="pinned">{t`pinned`}</span>}
                  {one.aliases
                    .filter((alias) => alias !== one.name && !(alias === "best" && one.best))
                    .map((alias) => (
                      <span class="tag" key={alias}>
                        {alias}
                      </span>
                    ))}
                </th>
                <td class="number">{one.epoch ?? "–"}</td>
                <td class="number">{one.step ?? "–"}</td>
                <td class="number">{formatNumber(one.value)}</td>
                <td>
                  <HealthLabel checkpoint={healthOf(one)} />
                </td>
                <td class="number">{formatBytes(one.bytes)}</td>
                <td class="number" title={formatMoment(one.savedAt)}>
                  {formatAgo(one.savedAt, Date.now())}
                </td>
                <td class="cell-actions">
                  {one.resumeCommand !== null && (
                    <CopyButton
                      text={one.resumeCommand}
                      label={t`Copy the command that resumes from ${one.name}`}
                    />
                  )}
                  {canAct && (
                    <button
                      type="button"
                      class="button"
                      onClick={() => (one.pinned ? setUnpinning(one) : void pin(one.name, "pin"))}
                    >
                      {one.pinned ? t`Unpin` : t`Pin`}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {unpinning !== null && (
        <Confirm
          title={t`Unpin ${unpinning.name}?`}
          text={t`The run's retention may then delete it.`}
          action={t`Unpin`}
          onCancel={() => setUnpinning(null)}
          onConfirm={() => {
            void pin(unpinning.name, "unpin")
            setUnpinning(null)
          }}
        />
      )}
    </section>
  )
}

const HealthLabel = ({ checkpoint: { health, problem } }: { readonly checkpoint: Checkpoint }) => (
  <>
    <span class="health" data-health={health}>
      {health === "intact" ? t`intact` : health === "damaged" ? t`damaged` : t`header intact`}
    </span>
    {problem !== null && <span class="problem">{problem}</span>}
  </>
)
