import * as Effect from "effect/Effect"
import * as http from "node:http"
import * as https from "node:https"
import type { Socket } from "node:net"
import { pipeline, Readable } from "node:stream"
import { t } from "../../language/Text.js"

/** A request over HTTP. */
export interface HttpRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: Uint8Array
}

/** How a request uses connections, and how long it waits. */
export interface ExchangeTerms {
  /**
   * Milliseconds in which nothing happens on the connection, after which it is given up: while it is made, while
   * the request is sent, until the first byte of the answer arrives, or the next one.
   */
  readonly silence: number
  /** Takes no connection that is already open: those may be as dead as the last one. */
  readonly isFresh: boolean
}

/** What the server answers. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
}

const services = {
  "http:": [http, new http.Agent({ keepAlive: true })],
  "https:": [https, new https.Agent({ keepAlive: true })]
} as const

/** Differs after anything has happened on a connection. */
const progressOf = (socket: Socket | null): string =>
  socket === null ? "" : `${socket.connecting} ${socket.bytesRead} ${socket.bytesWritten}`

// How often it is looked whether anything has happened, in the longest silence. Looks are counted, not time:
// a training step that keeps this thread busy keeps it from what has arrived as well, which is read between
// two looks.
const looks = 8

/** Calls `end` when nothing has happened on the connection of a request for so many milliseconds. */
const watch = (request: http.ClientRequest, silence: number, end: () => void): NodeJS.Timeout => {
  let before = ""
  let silent = 0
  return setInterval(() => {
    const now = progressOf(request.socket)
    silent = now === before ? silent + 1 : 0
    before = now
    if (silent >= looks) end()
  }, silence / looks)
}

// Milliseconds: so long after the last packet, and then every second, the peer is asked whether it is still
// there; after ten questions without an answer the connection is cut.
const asksAfter = 1000

/** The pieces in which a body is sent: each that has left is progress. */
const pieceBytes = 256 * 1024

function* piecesOf(body: Uint8Array) {
  for (let at = 0; at < body.length; at += pieceBytes) yield body.subarray(at, at + pieceBytes)
}

/** Sends a request, and receives all of the answer. */
export const exchange = (
  { body, headers, method, url }: HttpRequest,
  { isFresh, silence }: ExchangeTerms
): Effect.Effect<HttpAnswer, Error> =>
  Effect.async((resume) => {
    const [{ request: open }, agent] = services[url.protocol === "https:" ? "https:" : "http:"]
    const request = open(url, {
      method,
      headers: { ...Object.fromEntries(headers), "content-length": body.length },
      agent: isFresh ? false : agent
    })
    const watching = watch(request, silence, () =>
      request.destroy(new Error(t`the server has been silent for ${silence / 1000} s`))
    )
    const end = (result: Effect.Effect<HttpAnswer, Error>) => {
      clearInterval(watching)
      resume(result)
    }
    const fail = (error: Error) => end(Effect.fail(error))
    request.on("error", fail)
    request.on("socket", (socket) => socket.setKeepAlive(true, asksAfter))
    request.on("response", (response) => {
      const pieces: Array<Buffer> = []
      response.on("data", (piece: Buffer) => pieces.push(piece))
      response.on("error", fail)
      response.on("end", () => {
        const answered = Object.entries(response.headers).map(([name, value]): [string, string] => [
          name,
          String(value)
        ])
        end(
          Effect.succeed({
            status: response.statusCode ?? 0,
            headers: new Headers(answered),
            bytes: Buffer.concat(pieces)
          })
        )
      })
    })
    // What goes wrong is an error of the request as well.
    if (body.length === 0) request.end()
    else pipeline(Readable.from(piecesOf(body)), request, () => {})
    return Effect.sync(() => {
      clearInterval(watching)
      request.destroy()
    })
  })
