import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Readable } from "node:stream"
import type { ReadableStream } from "node:stream/web"
import { pipeline } from "node:stream/promises"
import { t } from "../language/Text.js"

/** Answers requests of HTTP, as `HttpApp.toWebHandler` makes of an app. */
export type Handler = (request: Request) => Promise<Response>

/** The server cannot listen. */
export class CannotListen extends Schema.TaggedError<CannotListen>()("CannotListen", {
  host: Schema.String,
  port: Schema.Int,
  code: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return this.code === "EADDRINUSE"
      ? t`port ${this.port} and those after it are in use; choose another: --port`
      : this.code === "EACCES"
        ? t`port ${this.port} needs more rights; choose one above 1023: --port`
        : t`cannot listen on ${this.host}, port ${this.port}: ${this.detail}`
  }
}

/** Ids of many runs are in one URL. */
const maxHeaderSize = 1 << 20
/** The longest body of a request. */
const maxBody = 1 << 16
/** How many ports are tried from the given one on. */
const attempts = 50

/**
 * Serves HTTP/1.1 until the scope closes, which ends every connection at once. Listens on the first
 * free port from `port` on, and gives that; 0 is any. `handlerOf` makes what answers on that port.
 *
 * Effect's own server for Node comes with sockets, forms and clients that an installation need not have.
 */
export const serve = (
  handlerOf: (port: number) => Handler,
  { host, port }: { readonly host: string; readonly port: number }
): Effect.Effect<number, CannotListen, Scope.Scope> =>
  Effect.gen(function* () {
    let handle: Handler | undefined
    const server = yield* Effect.acquireRelease(
      Effect.sync(() =>
        createServer({ maxHeaderSize }, (incoming, outgoing) => {
          // What fails here is the connection: whom could one tell?
          answer(handle!, incoming, outgoing).catch(() => outgoing.destroy())
        })
      ),
      (server) =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    const last = port === 0 ? 0 : Math.min(port + attempts - 1, 65_535)
    const from = (at: number): Effect.Effect<number, CannotListen> =>
      Effect.catchIf(
        listen(server, host, at),
        ({ code }) => code === "EADDRINUSE" && at < last,
        () => from(at + 1)
      )
    const found = yield* Effect.mapError(
      from(port),
      ({ code, detail }) => new CannotListen({ host, port, code, detail })
    )
    handle = handlerOf(found)
    return found
  })

const listen = (server: Server, host: string, port: number) =>
  Effect.async<number, CannotListen>((resume) => {
    const fail = ({ code = "", message }: NodeJS.ErrnoException) =>
      resume(Effect.fail(new CannotListen({ host, port, code, detail: message })))
    server.once("error", fail)
    server.listen({ host, port }, () => {
      server.off("error", fail)
      resume(Effect.succeed((server.address() as AddressInfo).port))
    })
  })

/** The body of a request; null if it is longer than the longest. */
const bodyOf = async (incoming: IncomingMessage): Promise<Buffer | null> => {
  const parts: Array<Buffer> = []
  let length = 0
  for await (const part of incoming as AsyncIterable<Buffer>) {
    length += part.length
    if (length > maxBody) return null
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const refuse = (outgoing: ServerResponse, status: number) => {
  outgoing.writeHead(status, { connection: "close" }).end()
}

const answer = async (
  handle: Handler,
  incoming: IncomingMessage,
  outgoing: ServerResponse
): Promise<void> => {
  const { method = "", url = "" } = incoming
  if (!["GET", "HEAD", "POST"].includes(method)) return refuse(outgoing, 405)
  if (!url.startsWith("/")) return refuse(outgoing, 400)
  const body = method === "POST" ? await bodyOf(incoming) : undefined
  if (body === null) return refuse(outgoing, 413)
  const left = new AbortController()
  outgoing.on("close", () => left.abort())
  const response = await handle(
    new Request(`http://localhost${url}`, {
      method,
      headers: Object.entries(incoming.headers).map(([name, value]): [string, string] => [
        name,
        String(value)
      ]),
      signal: left.signal,
      ...(body === undefined ? {} : { body: Uint8Array.from(body) })
    })
  )
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  if (response.body === null) return void outgoing.end()
  // The headers of a stream whose first bytes take a while go out at once.
  outgoing.flushHeaders()
  await pipeline(Readable.fromWeb(response.body as ReadableStream), outgoing)
}
