import { useState } from "preact/hooks"
import { t } from "../../../language/Text.js"

/** Where the clipboard is closed to pages (without https), text is copied by way of a selection. */
const copy = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement("textarea")
    area.value = text
    document.body.append(area)
    area.select()
    const isCopied = document.execCommand("copy")
    area.remove()
    return isCopied
  }
}

/** Copies a text, and says so. */
export const CopyButton = ({ label, text }: { readonly text: string; readonly label: string }) => {
  const [state, setState] = useState<"ready" | "copied" | "failed">("ready")
  return (
    <button
      type="button"
      class="button"
      aria-label={label}
      onClick={async () => {
        setState((await copy(text)) ? "copied" : "failed")
        setTimeout(() => setState("ready"), 2000)
      }}
    >
      <span role="status">
        {state === "ready" ? t`Copy` : state === "copied" ? t`Copied` : t`Select and copy`}
      </span>
    </button>
  )
}

/** A command to run in a terminal. */
export const Command = ({ text }: { readonly text: string }) => (
  <div class="command">
    <code tabIndex={0}>{text}</code>
    <CopyButton text={text} label={t`Copy the command`} />
  </div>
)
