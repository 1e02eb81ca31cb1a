import { useState } from "preact/hooks"
import { t } from "../../../language/Text.js"
import { Confirm } from "../components/Dialog.js"
import { reason } from "../components/States.js"
import { useRuns, useStore } from "../data/hooks.js"
import { sourceError, type SourceError } from "../data/Source.js"
import { formatDuration } from "../lib/format.js"
import type { RunPart } from "./RunView.js"

/** What was asked of the run, and what it had saved by then. */
interface Asked {
  readonly action: "save" | "stop"
  readonly saves: number
  readonly error: SourceError | null
}

/** Buttons that have a run that trains save, or save and stop; each says what came of it. */
export const RunActions = ({ detail, reload }: RunPart) => {
  const store = useStore()
  const { list } = useRuns()
  const [isSure, setSure] = useState(true)
  const [asked, setAsked] = useState<Asked | null>(null)
  const { act } = store.source
  const { id, name, status } = detail.summary
  if (act === null || list?.canAct !== true) return null

  const ask = async (action: "save" | "stop") => {
    const mine: Asked = { action, saves: detail.saves.length, error: null }
    setAsked(mine)
    try {
      const { summary } = await act({ action, id })
      store.update(summary)
      reload()
    } catch (cause) {
      setAsked({ ...mine, error: sourceError(cause) })
    }
  }
  const last = detail.saves.at(-1)
  const answer = (): string | null => {
    if (asked === null) return null
    if (asked.error !== null) return `${reason(asked.error)} ${asked.error.message}`
    if (asked.action === "stop") {
      return status === "running"
        ? t`Asked to save and stop …`
        : t`Saved and stopped. It resumes from here.`
    }
    return last !== undefined && detail.saves.length > asked.saves
      ? t`Saved at epoch ${last.position.epoch}, step ${last.position.step}; training paused for ${formatDuration(last.pauseMilliseconds / 1000)}.`
      : t`Asked to save …`
  }
  return (
    <div class="actions">
      <span class="actions-result" role="status" data-failed={asked?.error != null}>
        {answer()}
      </span>
      {status === "running" && (
        <>
          <button type="button" class="button" onClick={() => ask("save")}>
            {t`Save now`}
          </button>
          <button type="button" class="button" onClick={() => setSure(false)}>
            {t`Stop and save`}
          </button>
        </>
      )}
      {!isSure && (
        <Confirm
          title={t`Stop ${name}?`}
          text={t`It saves a checkpoint after this step and ends. The command on its page resumes it exactly where it was.`}
          action={t`Stop and save`}
          onCancel={() => setSure(true)}
          onConfirm={() => {
            setSure(true)
            void ask("stop")
          }}
        />
      )}
    </div>
  )
}
