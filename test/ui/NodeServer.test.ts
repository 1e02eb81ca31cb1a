import * as HttpApp from "@effect/platform/HttpApp"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { connect } from "node:net"
import * as Access from "../../src/ui/Access.js"
import * as NodeServer from "../../src/ui/NodeServer.js"
import { serve } from "../../src/ui/Server.js"
import { fixtures } from "./fixtures.js"

const host = "127.0.0.1"

/** Sends bytes as they are; gives the first line of the answer. */
const raw = (port: number, text: string) =>
  Effect.async<string>((resume) => {
    const socket = connect(port, host, () => socket.write(text))
    let answer = ""
    socket.on("data", (part) => (answer += part.toString()))
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(answer.split("\r\n")[0]!)))
  })

const until = (holds: () => boolean) =>
  Effect.promise(async () => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10))
  })

describe("NodeServer.serve", () => {
  it.scopedLive("answers on the next free port, where one is in use", () =>
    Effect.gen(function* () {
      const answer = (text: string) => () => () => Promise.resolve(new Response(text))
      const first = yield* NodeServer.serve(answer("first"), { host, port: 0 })
      const second = yield* NodeServer.serve(answer("second"), { host, port: first })
      expect(second).toBeGreaterThan(first)
      const response = yield* Effect.promise(() => fetch(`http://${host}:${second}/`))
      expect(yield* Effect.promise(() => response.text())).toBe("second")
    })
  )

  it.scopedLive("says why it cannot listen", () =>
    Effect.gen(function* () {
      const options = { host: "192.0.2.1", port: 4653 }
      const handler = () => () => Promise.resolve(new Response())
      expect((yield* Effect.flip(NodeServer.serve(handler, options))).message).toContain(
        "192.0.2.1"
      )
    })
  )

  it.scopedLive("refuses what is no request for it, and answers the next", () =>
    Effect.gen(function* () {
      const port = yield* NodeServer.serve(() => () => Promise.resolve(new Response("yes")), {
        host,
        port: 0
      })
      const end = "HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
      expect(yield* raw(port, `DELETE / ${end}\r\n`)).toContain("405")
      expect(yield* raw(port, `GET http://a/ ${end}\r\n`)).toContain("400")
      expect(
        yield* raw(port, `POST / ${end}content-length: 99999\r\n\r\n${"x".repeat(99_999)}`)
      ).toContain("413")
      expect(yield* raw(port, "\0\0\r\n\r\n")).toContain("400")
      expect(yield* raw(port, `GET / ${end}\r\n`)).toContain("200")
    })
  )

  it.scopedLive(
    "leaves nothing of a stream behind when its client leaves, and ends all at once",
    () =>
      Effect.gen(function* () {
        let followed = 0
        const counted = Stream.acquireRelease(
          Effect.sync(() => followed++),
          () => Effect.sync(() => followed--)
        )
        const app = Effect.succeed(
          HttpServerResponse.stream(
            Stream.encodeText(Stream.concat(Stream.as(counted, "one\n"), Stream.never)).pipe(
              (one) => Stream.flatMap(counted, () => one)
            )
          )
        )
        const handler = HttpApp.toWebHandler(app)
        const scope = yield* Scope.make()
        const port = yield* NodeServer.serve(() => (request) => handler(request), {
          host,
          port: 0
        }).pipe(Scope.extend(scope))
        const leave = new AbortController()
        const open = (signal?: AbortSignal) =>
          Effect.promise(async () => {
            const response = await fetch(`http://${host}:${port}/`, signal ? { signal } : {})
            await response.body!.getReader().read()
          })
        yield* open(leave.signal)
        yield* open()
        const before = followed
        expect(before).toBeGreaterThan(0)
        leave.abort()
        yield* until(() => followed === before / 2)
        yield* Scope.close(scope, Exit.void)
        yield* until(() => followed === 0)
      })
  )
})

describe("Server.serve", () => {
  it.scopedLive("lets a browser in by the address that it prints, and nobody else", () =>
    Effect.gen(function* () {
      const index = { bytes: Buffer.from("page"), type: "text/html", isImmutable: false }
      const pageFiles = new Map([["/", index]])
      const site = yield* serve({ host, port: 0, pageFiles, version: "1" })
      const ask = (url: string, init: RequestInit = {}) => Effect.promise(() => fetch(url, init))
      const entered = yield* ask(Access.urlOf(site), { redirect: "manual" })
      const cookie = entered.headers.get("set-cookie")!.split(";")[0]!
      const runs = `http://${host}:${site.port}/api/runs`
      expect((yield* ask(runs)).status).toBe(401)
      expect((yield* ask(runs, { headers: { cookie } })).status).toBe(200)
      expect(site.token).toMatch(/^[\w-]{24}$/)
    }).pipe(Effect.provide(fixtures(1)))
  )
})
