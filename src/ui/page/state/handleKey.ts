import type { Shortcuts } from "./useShortcuts.js"

/** Does what a key is for where a part of the page has the focus; the rest of the page does not see it then. */
export const handleKey = (event: KeyboardEvent, shortcuts: Shortcuts): void => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const action = shortcuts[event.key]
  if (action === undefined) return
  event.preventDefault()
  event.stopPropagation()
  action()
}
