/**
 * Has a finger that moves sideways on a chart do what a mouse does, of which alone uPlot knows; up and down
 * still scrolls the page (`touch-action: pan-y`). Returns how to end that.
 */
export const touchAsMouse = (element: HTMLElement): (() => void) => {
  const pass = (type: string, target: EventTarget) => (event: PointerEvent) => {
    if (event.pointerType !== "touch" || !event.isPrimary) return
    const { clientX, clientY, movementX, movementY } = event
    target.dispatchEvent(
      new MouseEvent(type, {
        bubbles: type !== "mouseenter",
        clientX,
        clientY,
        movementX,
        movementY,
        button: 0,
        buttons: type === "mouseup" ? 0 : 1
      })
    )
  }
  const abort = new AbortController()
  const { signal } = abort
  element.addEventListener("pointerdown", pass("mouseenter", element), { signal })
  element.addEventListener("pointerdown", pass("mousedown", element), { signal })
  element.addEventListener("pointermove", pass("mousemove", element), { signal })
  element.addEventListener("pointerup", pass("mouseup", document), { signal })
  element.addEventListener("pointercancel", pass("mouseup", document), { signal })
  return () => abort.abort()
}
