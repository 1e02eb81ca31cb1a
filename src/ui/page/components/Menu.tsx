import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"

/** A button that opens a panel below it. Escape and a click elsewhere close it. */
export const Menu = ({
  children,
  isOpen = false,
  label,
  text
}: {
  readonly text: string
  readonly label: string
  readonly isOpen?: boolean
  readonly children: ComponentChildren
}) => {
  const element = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const abort = new AbortController()
    const close = (isFocused: boolean) => {
      if (element.current?.open !== true) return
      element.current.open = false
      if (isFocused) element.current.querySelector("summary")?.focus()
    }
    addEventListener(
      "pointerdown",
      ({ target }) => {
        if (target instanceof Node && element.current?.contains(target) !== true) close(false)
      },
      abort
    )
    addEventListener("keydown", ({ key }) => key === "Escape" && close(true), abort)
    return () => abort.abort()
  }, [])
  return (
    <details class="menu" open={isOpen} ref={element}>
      <summary class="button">{text}</summary>
      <div class="menu-body" role="group" aria-label={label} tabIndex={0}>
        {children}
      </div>
    </details>
  )
}
