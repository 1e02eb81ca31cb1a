import * as HttpApp from "@effect/platform/HttpApp"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { Site } from "../../src/ui/Access.js"
import type * as Api from "../../src/ui/Api.js"
import type { PageFiles } from "../../src/ui/PageFiles.js"
import * as Routes from "../../src/ui/Routes.js"
import { RunViews } from "../../src/ui/RunViews.js"
import { fixtures } from "./fixtures.js"

const token = "secret"
const local: Site = { host: "127.0.0.1", port: 4653, token }
const index = {
  bytes: Buffer.from("<!doctype html>"),
  type: "text/html; charset=utf-8",
  isImmutable: false
}
const pageFiles: PageFiles = new Map([
  ["/", index],
  ["/index.html", index],
  ["/assets/a.js", { ...index, type: "text/javascript", isImmutable: true }]
])

/** Answers requests as the server does, without any socket. */
const serve = (site: Site = local, views: Layer.Layer<RunViews> = fixtures(6)) => {
  const { handler } = HttpApp.toWebHandlerLayer(Routes.app(site, pageFiles, "1.2.3"), views)
  const ask = (
    path: string,
    init: RequestInit & { readonly headers?: Record<string, string> } = {}
  ) =>
    Effect.promise(() =>
      handler(
        new Request(`http://localhost${path}`, {
          ...init,
          headers: { host: `127.0.0.1:${site.port}`, ...init.headers }
        })
      )
    )
  const bearer = { authorization: `Bearer ${token}` }
  const json = <A = Record<string, unknown>>(path: string) =>
    Effect.flatMap(ask(path, { headers: bearer }), (response) =>
      Effect.map(
        Effect.promise(() => response.json() as Promise<A>),
        (body) => ({ status: response.status, body })
      )
    )
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    Effect.flatMap(
      ask("/api/act", {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: { ...bearer, "content-type": "application/json", ...headers }
      }),
      (response) =>
        Effect.map(
          Effect.promise(() => response.json() as Promise<Record<string, unknown>>),
          (body) => ({ status: response.status, body })
        )
    )
  return { ask, json, post, bearer }
}

describe("Routes.app", () => {
  it.effect("serves the page to everyone, under strict headers", () =>
    Effect.gen(function* () {
      const { ask } = serve()
      for (const path of ["/", "/index.html", "/assets/a.js"]) {
        const response = yield* ask(path)
        expect(response.status).toBe(200)
        const policy = response.headers.get("content-security-policy")!
        expect(policy).toContain("default-src 'none'")
        expect(policy).not.toMatch(/unsafe|http|\*/)
        expect(response.headers.get("x-content-type-options")).toBe("nosniff")
        expect(response.headers.get("x-frame-options")).toBe("DENY")
        expect(response.headers.get("access-control-allow-origin")).toBeNull()
      }
      expect((yield* ask("/assets/a.js")).headers.get("cache-control")).toContain("immutable")
    })
  )

  it.effect("keeps the token of the URL as a cookie that no script reads", () =>
    Effect.gen(function* () {
      const { ask } = serve()
      const entered = yield* ask(`/?token=${token}`)
      expect([entered.status, entered.headers.get("location")]).toEqual([303, "/"])
      const cookie = entered.headers.get("set-cookie")!
      expect(cookie).toBe(`holdfast-4653=${token}; Path=/; HttpOnly; SameSite=Strict`)
      const wrong = yield* ask("/?token=other")
      expect([wrong.status, wrong.headers.get("set-cookie")]).toEqual([303, null])
      const sent = { cookie: cookie.split(";")[0]! }
      expect((yield* ask("/api/runs", { headers: sent })).status).toBe(200)
    })
  )

  it.effect.each([
    "/api/runs",
    "/api/run?id=speaker/run-0",
    "/api/series?id=speaker/run-0&metric=loss",
    "/api/metrics",
    "/api/live",
    "/api/examples?id=speaker/run-0",
    "/%61pi/runs",
    "/api/../api/runs",
    "//api/runs",
    "/api/none",
    "/none"
  ])("answers nothing without the token: %s", (path) =>
    Effect.gen(function* () {
      const response = yield* serve().ask(path)
      expect(response.status).toBe(401)
      expect(yield* Effect.promise(() => response.json())).toMatchObject({ error: "Unauthorized" })
    })
  )

  it.effect.each([
    "/../package.json",
    "/assets/../../package.json",
    "/%2e%2e/package.json",
    "/assets/..%2f..%2fpackage.json",
    "/assets/%00a.js",
    "//etc/passwd",
    "/assets"
  ])("has no file but those of the page: %s", (path) =>
    Effect.gen(function* () {
      const { ask, bearer } = serve()
      expect((yield* ask(path, { headers: bearer })).status).toBe(404)
    })
  )

  it.effect("lists runs, and says whether the page may act", () =>
    Effect.gen(function* () {
      const { body } = yield* serve().json<Api.RunList>("/api/runs")
      expect([body.runs.length, body.canAct, body.version]).toEqual([6, true, "1.2.3"])
      const open = yield* serve({ ...local, host: "0.0.0.0" }).json<Api.RunList>("/api/runs")
      expect(open.body.canAct).toBe(false)
    })
  )

  it.effect("gives curves of each run and metric that is asked for", () =>
    Effect.gen(function* () {
      const { json } = serve()
      const path =
        "/api/series?id=speaker/run-0&id=digits/run-1&metric=loss&metric=val_loss&points=50&from=100"
      const { body } = yield* json<Api.SeriesList>(path)
      expect(body.series.map(({ id, metric }) => `${id} ${metric}`)).toEqual([
        "speaker/run-0 loss",
        "speaker/run-0 val_loss",
        "digits/run-1 loss",
        "digits/run-1 val_loss"
      ])
      expect(Math.min(...body.series.flatMap(({ x }) => x))).toBeGreaterThanOrEqual(100)
    })
  )

  it.effect.each([
    ["/api/run", "missing parameter id"],
    ["/api/series?id=a&metric=loss&x=miles", "parameter x is one of step, epoch, time, wall"],
    ["/api/series?id=a&metric=loss&points=many", "parameter points must be a number"],
    ["/api/audio?id=a&split=test&index=-1", "parameter index must be a number"],
    [
      `/api/series?${"id=a&".repeat(3)}${Array.from({ length: 4001 }, (_, i) => `metric=${i}`).join("&")}`,
      "at most 4000 curves in one request"
    ]
  ] as const)("says what is wrong with %s", ([path, message]) =>
    Effect.gen(function* () {
      const { body, status } = yield* serve().json(path)
      expect([status, body]).toEqual([400, { error: "Invalid", message }])
    })
  )

  it.effect("has no run of another name", () =>
    Effect.gen(function* () {
      for (const id of ["none", "../speaker/run-0", "/etc", ""]) {
        const { status } = yield* serve().json(`/api/run?id=${encodeURIComponent(id)}`)
        expect(status, id).toBe(404)
      }
    })
  )

  it.effect("acts for the page itself, and where only this machine reaches it", () =>
    Effect.gen(function* () {
      const { post } = serve()
      const pin = { action: "pin", id: "speaker/run-0", checkpoint: "a" }
      expect((yield* post(pin)).status).toBe(200)
      expect((yield* post(pin, { origin: "http://127.0.0.1:4653" })).status).toBe(200)
      expect((yield* post(pin, { origin: "http://evil.example" })).status).toBe(403)
      expect((yield* post(pin, { host: "evil.example:4653" })).status).toBe(403)
      expect((yield* post(pin, { "content-type": "text/plain" })).status).toBe(400)
      const open = serve({ ...local, host: "0.0.0.0" })
      expect((yield* open.post(pin)).body).toMatchObject({ error: "Forbidden" })
      expect(
        (yield* serve().ask("/api/act", { headers: { authorization: `Bearer ${token}` } })).status
      ).toBe(404)
    })
  )

  it.effect.each([
    "{",
    "[]",
    "null",
    { action: "format", id: "speaker/run-0" },
    { action: "pin", id: "speaker/run-0" },
    { action: "note", id: "speaker/run-0", tags: "a" },
    { action: "note", id: "speaker/run-0", notes: "x".repeat(20_001) },
    { action: "save" }
  ])("refuses an action that is none: %j", (body) =>
    Effect.gen(function* () {
      expect((yield* serve().post(body)).body).toMatchObject({ error: "Invalid" })
    })
  )

  it.effect("streams what changes, and ends the stream when the client leaves", () =>
    Effect.gen(function* () {
      let isFollowed = false
      const live = Layer.effect(
        RunViews,
        Effect.map(RunViews, (all) => ({
          ...all,
          live: Stream.unwrapScoped(
            Effect.acquireRelease(
              Effect.sync(() => {
                isFollowed = true
              }),
              () =>
                Effect.sync(() => {
                  isFollowed = false
                })
            ).pipe(
              Effect.as(
                Stream.concat(
                  Stream.make({ event: "gone", data: { id: "a\nb" } } as const),
                  Stream.never
                )
              )
            )
          )
        }))
      ).pipe(Layer.provide(fixtures(1)))
      const { ask, bearer } = serve(local, live)
      const response = yield* ask("/api/live", { headers: bearer })
      expect(response.headers.get("content-type")).toBe("text/event-stream")
      const reader = response.body!.getReader()
      let text = ""
      while (!text.includes("gone")) {
        const { value } = yield* Effect.promise(() => reader.read())
        text += new TextDecoder().decode(value)
      }
      expect(text).toContain('event: gone\ndata: {"id":"a\\nb"}\n\n')
      expect(isFollowed).toBe(true)
      yield* Effect.promise(() => reader.cancel())
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 20)))
      expect(isFollowed).toBe(false)
    })
  )

  it.effect("says that it has failed, and answers the next request", () =>
    Effect.gen(function* () {
      const broken = Layer.effect(
        RunViews,
        Effect.map(RunViews, (all) => ({ ...all, listSoon: Effect.die("broken") }))
      ).pipe(Layer.provide(fixtures(1)))
      const { json } = serve(local, broken)
      expect(yield* json("/api/runs")).toEqual({
        status: 500,
        body: { error: "Failed", message: "broken" }
      })
      expect((yield* json("/api/metrics")).status).toBe(200)
    })
  )
})
