import { useEffect, useRef, useState } from "preact/hooks"

/**
 * How many rows of a long table to draw, as a thousand at once would be slow to lay out: `page`, and as many
 * more whenever the element with the ref `end` comes near.
 */
export const useRowsOnScroll = (page: number) => {
  const [limit, setLimit] = useState(page)
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setLimit((count) => count + page)
      },
      { rootMargin: "600px" }
    )
    observer.observe(end.current!)
    return () => observer.disconnect()
  }, [])
  return { end, limit }
}
