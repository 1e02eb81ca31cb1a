import type { ApiError, LiveEvent } from "../../Api.js"
import { SourceError, type Source } from "./Source.js"

type Query = Readonly<Record<string, string | number | ReadonlyArray<string> | null | undefined>>

/** The address of a route with its parameters; a list is a parameter for each. */
const address = (route: string, query: Query): string => {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined) continue
    for (const one of typeof value === "object" ? value : [value]) {
      parameters.append(name, String(one))
    }
  }
  return `api/${route}?${parameters.toString()}`
}

const answer = async <A>(url: string, init: RequestInit): Promise<A> => {
  let response: Response
  try {
    response = await fetch(url, { ...init, credentials: "same-origin" })
  } catch (cause) {
    if (init.signal?.aborted === true) throw cause
    throw new SourceError("Offline", "")
  }
  if (response.ok) return (await response.json()) as A
  const refused = (await response.json().catch(() => null)) as Partial<ApiError> | null
  throw new SourceError(refused?.error ?? "Failed", refused?.message ?? `HTTP ${response.status}`)
}

const get = <A>(route: string, query: Query, signal: AbortSignal): Promise<A> =>
  answer(address(route, query), { signal })

const post = <A>(route: string, body: unknown): Promise<A> =>
  answer(`api/${route}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body)
  })

const names: ReadonlyArray<LiveEvent["event"]> = ["run", "gone", "sweep", "sweepGone", "points"]

/** The server that the page comes from. */
export const httpSource: Source = {
  runs: (signal) => get("runs", {}, signal),
  run: (id, signal) => get("run", { id }, signal),
  sweep: (id, signal) => get("sweep", { id }, signal),
  metrics: (ids, signal) => get("metrics", { id: ids }, signal),
  series: ({ from, ids, metrics, points, to, x }, signal) =>
    get("series", { id: ids, metric: metrics, x, points, from, to }, signal),
  examples: (id, split, signal) => get("examples", { id, split }, signal),
  spectrogram: (example, signal) => get("spectrogram", { ...example }, signal),
  audio: (example) => address("audio", { ...example }),
  axes: ["step", "epoch", "time", "wall"],
  live: (onEvent, onConnection) => {
    let stream: EventSource | null = null
    const open = () => {
      stream = new EventSource("api/live")
      onConnection("connecting")
      stream.addEventListener("open", () => onConnection("live"))
      stream.addEventListener("error", () => onConnection("lost"))
      for (const event of names) {
        stream.addEventListener(event, ({ data }: MessageEvent<string>) =>
          onEvent({ event, data: JSON.parse(data) } as LiveEvent)
        )
      }
    }
    const close = () => {
      stream?.close()
      stream = null
    }
    // A browser has six connections to a server: a tab that nobody looks at keeps none of them.
    const follow = () => {
      if (document.hidden) {
        close()
        onConnection("lost")
      } else if (stream === null) {
        open()
      }
    }
    document.addEventListener("visibilitychange", follow)
    open()
    return () => {
      document.removeEventListener("visibilitychange", follow)
      close()
    }
  },
  act: (action) => post("act", action),
  verify: (id) => post("verify", { id })
}
