import { useEffect, useState } from "preact/hooks"
import type { RefObject } from "preact"

/** Whether an element is on the screen or near it, and its width. What is far away needs no data. */
export const useVisible = (
  element: RefObject<HTMLElement | null>
): { readonly isVisible: boolean; readonly width: number } => {
  const [state, setState] = useState({ isVisible: false, width: 0 })
  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        const width = entry!.boundingClientRect.width
        setState({ isVisible: entry!.isIntersecting, width })
      },
      { rootMargin: "300px" }
    )
    observer.observe(element.current!)
    // A page that is printed shows everything.
    const print = () => setState(({ width }) => ({ isVisible: true, width }))
    addEventListener("beforeprint", print)
    return () => {
      observer.disconnect()
      removeEventListener("beforeprint", print)
    }
  }, [])
  return state
}
