import { useEffect, useRef } from "preact/hooks"

/** Does the last of what it is given at the next frame, however fast the mouse moves; null: nothing. */
export const useFrame = (): ((action: (() => void) | null) => void) => {
  const frame = useRef(0)
  useEffect(() => () => cancelAnimationFrame(frame.current), [])
  return (action) => {
    cancelAnimationFrame(frame.current)
    if (action !== null) frame.current = requestAnimationFrame(action)
  }
}
