import type { ComponentChildren } from "preact"
import { useEffect, useId, useRef } from "preact/hooks"
import { t } from "../../../language/Text.js"

/** A window above the page. Escape and a click outside close it; the focus returns where it was. */
export const Dialog = ({
  children,
  onClose,
  title
}: {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}) => {
  const element = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => {
    const before = document.activeElement
    element.current?.showModal()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose()
      }}
    >
      <div class="dialog-body">
        <header>
          <h2 id={heading}>{title}</h2>
          <button type="button" class="icon-button" aria-label={t`Close`} onClick={onClose}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M4 4l8 8M12 4l-8 8" />
            </svg>
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}

/** Asks before something is done that cannot be undone. */
export const Confirm = ({
  action,
  onCancel,
  onConfirm,
  text,
  title
}: {
  readonly title: string
  readonly text: string
  readonly action: string
  readonly onConfirm: () => void
  readonly onCancel: () => void
}) => (
  <Dialog title={title} onClose={onCancel}>
    <p>{text}</p>
    <footer>
      <button type="button" class="button" onClick={onCancel}>
        {t`Cancel`}
      </button>
      <button type="button" class="button" data-kind="primary" onClick={onConfirm}>
        {action}
      </button>
    </footer>
  </Dialog>
)
