import { createContext } from "preact"
import { useContext, useEffect, useRef, useState } from "preact/hooks"
import type { RunStore, RunsState } from "./RunStore.js"
import { sourceError, type SourceError } from "./Source.js"

export const StoreContext = createContext<RunStore>(null as unknown as RunStore)

export const useStore = (): RunStore => useContext(StoreContext)

/** All runs, as they are now. */
export const useRuns = (): RunsState => {
  const store = useStore()
  const [, redraw] = useState(0)
  useEffect(() => store.subscribe(() => redraw((count) => count + 1)), [store])
  return store.state
}

/** What was asked for: nothing yet, a value, or why there is none. An old value stays until there is a new one. */
export interface Loaded<A> {
  readonly value: A | null
  readonly error: SourceError | null
  readonly isLoading: boolean
  readonly reload: () => void
}

/**
 * Asks when `key` changes (null: does not ask), and again when a run of `ids` has changed: at most once a
 * second, and not before the last answer has come.
 */
export const useLoaded = <A>(
  key: string | null,
  ids: ReadonlyArray<string>,
  ask: (signal: AbortSignal) => Promise<A>
): Loaded<A> => {
  const store = useStore()
  const [state, setState] = useState<{ value: A | null; error: SourceError | null }>({
    value: null,
    error: null
  })
  const [isLoading, setLoading] = useState(key !== null)
  const current = useRef({ ids, ask })
  current.current = { ids, ask }
  const again = useRef<() => void>(() => undefined)

  useEffect(() => {
    if (key === null) return
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | null = null
    let isAsking = false
    let isStale = false
    const load = async () => {
      isAsking = true
      isStale = false
      const began = performance.now()
      try {
        const value = await current.current.ask(abort.signal)
        if (!abort.signal.aborted) setState({ value, error: null })
      } catch (error) {
        if (abort.signal.aborted) return
        setState(({ value }) => ({ value, error: sourceError(error) }))
      }
      setLoading(false)
      isAsking = false
      if (isStale) later(began)
    }
    /** A slow server is asked less often. */
    const later = (began: number) => {
      timer ??= setTimeout(
        () => {
          timer = null
          void load()
        },
        Math.max(1000, 2 * (performance.now() - began))
      )
    }
    again.current = () => void load()
    setLoading(true)
    void load()
    const forget = store.onPoints((id) => {
      if (!current.current.ids.includes(id)) return
      if (isAsking) isStale = true
      else later(performance.now())
    })
    return () => {
      abort.abort()
      if (timer !== null) clearTimeout(timer)
      forget()
    }
  }, [key, store])

  return { ...state, isLoading, reload: () => again.current() }
}
