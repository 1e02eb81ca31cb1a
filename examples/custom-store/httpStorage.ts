/**
 * Checkpoints in an object storage that speaks HTTP as S3 does: objects by PUT, parts by ranges,
 * a lock by `If-None-Match` and `If-Match`. Names, ranking, retention, recovery, pins and archives are
 * the store's.
 */
import { CheckpointError, leaseLock, Storage } from "holdfast"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

interface Request {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE"
  readonly headers?: Record<string, string>
  readonly body?: Uint8Array
}

/** The storage at `url`. */
export const httpStorage = (url: string): Storage.StorageOperations => {
  const urlOf = (id: string) => `${url}/${id.split("/").map(encodeURIComponent).join("/")}`

  /** A request whose answer has one of these statuses; the reason of its error says which way it was. */
  const send = (id: string, { body, headers, method }: Request, statuses: ReadonlyArray<number>) =>
    Effect.tryPromise(async (signal) => {
      const response = await fetch(method === "GET" && id.startsWith("?") ? url + id : urlOf(id), {
        method,
        signal,
        ...(headers && { headers }),
        ...(body && { body: body.slice() })
      })
      return { response, bytes: new Uint8Array(await response.arrayBuffer()) }
    }).pipe(
      Effect.mapError(({ error }) => failure(id, method, String(error))),
      Effect.filterOrFail(
        ({ response }) => statuses.includes(response.status),
        ({ response: { status } }) =>
          status === 404
            ? new CheckpointError({ reason: "NotFound", path: id, detail: "" })
            : failure(id, method, `the server answers ${status}`)
      )
    )

  const failure = (path: string, method: string, detail: string) => {
    const isRead = method === "GET" || method === "HEAD"
    return new CheckpointError({ reason: isRead ? "Unreadable" : "Unwritable", path, detail })
  }

  const etagOf = (response: Response) => response.headers.get("etag") ?? ""
  const put = (id: string, body: Uint8Array) => send(id, { method: "PUT", body }, [200])
  const remove = (id: string) => Effect.asVoid(send(id, { method: "DELETE" }, [204]))

  return Storage.fromObjects({
    list: (folder) =>
      Effect.map(
        send(`?prefix=${encodeURIComponent(`${folder}/`)}`, { method: "GET" }, [200]),
        ({ bytes }) =>
          (JSON.parse(new TextDecoder().decode(bytes)) as ReadonlyArray<string>)
            .map((id) => id.slice(folder.length + 1))
            .filter((name) => !name.includes("/"))
      ),
    stat: (id) =>
      Effect.map(send(id, { method: "HEAD" }, [200]), ({ response }) => ({
        bytes: Number(response.headers.get("content-length")),
        modified: new Date(response.headers.get("last-modified") ?? 0),
        identity: etagOf(response)
      })),
    read: (id, offset, length) => {
      const headers = { range: `bytes=${offset}-${offset + length - 1}` }
      return Effect.map(send(id, { method: "GET", headers }, [206, 416]), ({ bytes, response }) =>
        response.status === 416 ? new Uint8Array() : bytes
      )
    },
    put: (id, body) => Effect.asVoid(put(id, body)),
    copy: (id, other) => {
      const headers = { "x-amz-copy-source": encodeURIComponent(id) }
      return Effect.asVoid(send(other, { method: "PUT", headers }, [200]))
    },
    remove,
    lock: leaseLock({
      get: (id) =>
        send(id, { method: "GET" }, [200]).pipe(
          Effect.map(({ bytes, response }) => Option.some({ bytes, version: etagOf(response) })),
          Effect.catchIf(
            ({ reason }) => reason === "NotFound",
            () => Effect.succeedNone
          )
        ),
      putIf: (id, body, expected) => {
        const headers: Record<string, string> =
          expected === null ? { "if-none-match": "*" } : { "if-match": expected }
        return Effect.map(send(id, { method: "PUT", headers, body }, [200, 412]), ({ response }) =>
          response.status === 412 ? Option.none() : Option.some(etagOf(response))
        )
      },
      remove
    })
  })
}
