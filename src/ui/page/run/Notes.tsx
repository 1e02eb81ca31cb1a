import { useState } from "preact/hooks"
import { t } from "../../../language/Text.js"
import { reason } from "../components/States.js"
import { Tags } from "../components/Tags.js"
import { useRuns, useStore } from "../data/hooks.js"
import { sourceError, type SourceError } from "../data/Source.js"
import type { RunPart } from "./RunView.js"

const tagsOf = (text: string): ReadonlyArray<string> => [
  ...new Set(
    text
      .split(/[,，]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== "")
  )
]

/** Name, tags and notes of a run, to read, and to write where the server lets one. */
export const Notes = ({ detail: { summary }, reload }: RunPart) => {
  const store = useStore()
  const { list } = useRuns()
  const [isEditing, setEditing] = useState(false)
  const [error, setError] = useState<SourceError | null>(null)
  const { act } = store.source
  const canEdit = act !== null && list?.canAct === true
  const save = async (form: HTMLFormElement) => {
    const field = (name: string) => String(new FormData(form).get(name) ?? "")
    try {
      const done = await act?.({
        action: "note",
        id: summary.id,
        name: field("name"),
        notes: field("notes"),
        tags: tagsOf(field("tags"))
      })
      if (done !== undefined) store.update(done.summary)
      setEditing(false)
      setError(null)
      reload()
    } catch (cause) {
      setError(sourceError(cause))
    }
  }
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t`Notes`}</h2>
        {canEdit && !isEditing && (
          <button type="button" class="button" onClick={() => setEditing(true)}>
            {t`Edit`}
          </button>
        )}
      </header>
      {isEditing ? (
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault()
            void save(event.currentTarget)
          }}
        >
          <label>
            <span>{t`Name`}</span>
            <input class="input" name="name" defaultValue={summary.name} />
          </label>
          <label>
            <span>{t`Tags, with commas between`}</span>
            <input class="input" name="tags" defaultValue={summary.tags.join(", ")} />
          </label>
          <label>
            <span>{t`Notes`}</span>
            <textarea class="input" name="notes" rows={5} defaultValue={summary.notes} />
          </label>
          {error !== null && (
            <p class="banner" data-kind="error" role="alert">
              {reason(error)} {error.message}
            </p>
          )}
          <footer>
            <button type="button" class="button" onClick={() => setEditing(false)}>
              {t`Cancel`}
            </button>
            <button type="submit" class="button" data-kind="primary">
              {t`Save`}
            </button>
          </footer>
        </form>
      ) : (
        <>
          <p class={summary.notes === "" ? "note" : "notes"}>
            {summary.notes === "" ? t`None.` : summary.notes}
          </p>
          <p class="tag-row">
            <Tags tags={summary.tags} />
          </p>
        </>
      )}
    </section>
  )
}
