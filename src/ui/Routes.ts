import * as Headers from "@effect/platform/Headers"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { t } from "../language/Text.js"
import * as Access from "./Access.js"
import type * as Api from "./Api.js"
import { ApiFailure } from "./ApiFailure.js"
import type { PageFile, PageFiles } from "./PageFiles.js"
import { RunViews, type SeriesQuery } from "./RunViews.js"

/** The most runs and metrics in one answer, and the most points of a curve. */
const most = { curves: 4000, points: 4000 }
/** Seconds between comments, which keep proxies and laptops from dropping a quiet stream. */
const quiet = "15 seconds"

const invalid = (detail: string) => new ApiFailure({ reason: "Invalid", detail })

/** The parameters of a request. */
const query = Effect.map(
  HttpServerRequest.HttpServerRequest,
  ({ url }) => new URL(`http://localhost${url}`).searchParams
)

const required = (parameters: URLSearchParams, name: string) =>
  Either.fromNullable(parameters.get(name), () => invalid(t`missing parameter ${name}`))

const number = (parameters: URLSearchParams, name: string) => {
  const text = parameters.get(name)
  if (text === null || text === "") return Either.right(undefined)
  const value = Number(text)
  return Number.isFinite(value)
    ? Either.right(value)
    : Either.left(invalid(t`parameter ${name} must be a number`))
}

const axes: ReadonlyArray<string> = ["step", "epoch", "time", "wall"] satisfies Array<Api.XAxis>
const isAxis = (text: string): text is Api.XAxis => axes.includes(text)

/** The curves that a query asks for. */
export const seriesQuery = (parameters: URLSearchParams): Either.Either<SeriesQuery, ApiFailure> =>
  Either.gen(function* () {
    const ids = [...new Set(parameters.getAll("id"))]
    const metrics = [...new Set(parameters.getAll("metric"))]
    const x = parameters.get("x") ?? "step"
    if (!isAxis(x)) return yield* Either.left(invalid(t`parameter x is one of ${axes.join(", ")}`))
    if (ids.length * metrics.length > most.curves) {
      return yield* Either.left(invalid(t`at most ${most.curves} curves in one request`))
    }
    const points = (yield* number(parameters, "points")) ?? 600
    return {
      ids,
      metrics,
      x,
      points: Math.max(10, Math.min(most.points, Math.floor(points))),
      from: yield* number(parameters, "from"),
      to: yield* number(parameters, "to")
    }
  })

const exampleQuery = (parameters: URLSearchParams) =>
  Either.gen(function* () {
    const index = Number(yield* required(parameters, "index"))
    if (!Number.isSafeInteger(index) || index < 0) {
      return yield* Either.left(invalid(t`parameter ${"index"} must be a number`))
    }
    return {
      id: yield* required(parameters, "id"),
      split: yield* required(parameters, "split"),
      index
    }
  })

const Text = Schema.String.pipe(Schema.maxLength(20_000))
const Line = Schema.String.pipe(Schema.maxLength(200))

/** What `POST /api/act` takes. */
export const ActionJson = Schema.parseJson(
  Schema.Union(
    Schema.Struct({ action: Schema.Literal("save", "stop"), id: Schema.String }),
    Schema.Struct({
      action: Schema.Literal("pin", "unpin"),
      id: Schema.String,
      checkpoint: Schema.String
    }),
    Schema.Struct({
      action: Schema.Literal("note"),
      id: Schema.String,
      name: Schema.optionalWith(Line, { exact: true }),
      notes: Schema.optionalWith(Text, { exact: true }),
      tags: Schema.optionalWith(Schema.Array(Line).pipe(Schema.maxItems(100)), { exact: true })
    })
  )
)

const VerifyJson = Schema.parseJson(
  Schema.Struct({
    id: Schema.String,
    checkpoint: Schema.optionalWith(Schema.String, { exact: true })
  })
)

/** The body of a request, decoded. */
const body = <A, I>(schema: Schema.Schema<A, I>) =>
  Effect.gen(function* () {
    const { text } = yield* HttpServerRequest.HttpServerRequest
    return yield* Schema.decodeUnknown(schema)(yield* text)
  }).pipe(Effect.mapError(() => invalid(t`the body of this request is not what it should be`)))

const json = (value: unknown, status = 200) =>
  HttpServerResponse.text(JSON.stringify(value), {
    status,
    contentType: "application/json",
    headers: { "cache-control": "no-store" }
  })

const file = ({ bytes, isImmutable, type }: PageFile) =>
  HttpServerResponse.uint8Array(bytes, {
    contentType: type,
    headers: {
      "cache-control": isImmutable ? "public, max-age=31536000, immutable" : "no-cache"
    }
  })

/** An event as a stream of them has it. */
export const ofEvent = ({ data, event }: Api.LiveEvent): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

const live = Effect.gen(function* () {
  const { live } = yield* RunViews
  const comments = Stream.fromSchedule(Schedule.spaced(quiet)).pipe(Stream.map(() => ": quiet\n\n"))
  const events = Stream.map(live, ofEvent)
  return HttpServerResponse.stream(
    Stream.concat(Stream.make("retry: 1000\n\n"), Stream.merge(events, comments)).pipe(
      Stream.encodeText
    ),
    { contentType: "text/event-stream", headers: { "cache-control": "no-store" } }
  )
})

/** The page without the token in its address; it keeps the right one as a cookie, and no wrong one. */
const enter = (site: Access.Site, token: string) =>
  HttpServerResponse.empty({
    status: 303,
    headers: {
      location: "/",
      "cache-control": "no-store",
      ...(Access.isToken(site, token)
        ? { "set-cookie": `${Access.cookieOf(site)}=${token}; Path=/; HttpOnly; SameSite=Strict` }
        : {})
    }
  })

const router = (site: Access.Site, version: string) =>
  HttpRouter.empty.pipe(
    HttpRouter.get(
      "/api/runs",
      Effect.gen(function* () {
        const { listSoon } = yield* RunViews
        return json({
          ...(yield* listSoon),
          canAct: Access.isLocal(site),
          version
        } satisfies Api.RunList)
      })
    ),
    HttpRouter.get(
      "/api/run",
      Effect.gen(function* () {
        const { run } = yield* RunViews
        return json(yield* run(yield* required(yield* query, "id")))
      })
    ),
    HttpRouter.get(
      "/api/sweep",
      Effect.gen(function* () {
        const { sweep } = yield* RunViews
        return json(yield* sweep(yield* required(yield* query, "id")))
      })
    ),
    HttpRouter.get(
      "/api/metrics",
      Effect.gen(function* () {
        const { metrics } = yield* RunViews
        return json(yield* metrics((yield* query).getAll("id")))
      })
    ),
    HttpRouter.get(
      "/api/series",
      Effect.gen(function* () {
        const { series } = yield* RunViews
        return json(yield* series(yield* seriesQuery(yield* query)))
      })
    ),
    HttpRouter.get("/api/live", live),
    HttpRouter.get(
      "/api/examples",
      Effect.gen(function* () {
        const { examples } = yield* RunViews
        const parameters = yield* query
        return json(yield* examples(yield* required(parameters, "id"), parameters.get("split")))
      })
    ),
    HttpRouter.get(
      "/api/audio",
      Effect.gen(function* () {
        const { audio } = yield* RunViews
        const bytes = yield* audio(yield* exampleQuery(yield* query))
        return HttpServerResponse.uint8Array(bytes, {
          contentType: "audio/wav",
          headers: { "cache-control": "no-store" }
        })
      })
    ),
    HttpRouter.get(
      "/api/spectrogram",
      Effect.gen(function* () {
        const { spectrogram } = yield* RunViews
        return json(yield* spectrogram(yield* exampleQuery(yield* query)))
      })
    ),
    HttpRouter.post(
      "/api/verify",
      Effect.gen(function* () {
        const { verify } = yield* RunViews
        return json(yield* verify(yield* body(VerifyJson)))
      })
    ),
    HttpRouter.post(
      "/api/act",
      Effect.gen(function* () {
        const { act } = yield* RunViews
        if (!Access.isLocal(site)) {
          return yield* new ApiFailure({
            reason: "Forbidden",
            detail: t`this server is reachable from other machines, and only shows runs`
          })
        }
        return json(yield* act(yield* body(ActionJson)))
      })
    )
  )

/** What a server answers, without any socket. */
export const app = (
  site: Access.Site,
  pageFiles: PageFiles,
  version: string
): HttpApp.Default<never, RunViews> =>
  Effect.gen(function* () {
    const { cookies, headers, method, url } = yield* HttpServerRequest.HttpServerRequest
    const { pathname, searchParams } = new URL(`http://localhost${url}`)
    const pageFile = method === "POST" ? undefined : pageFiles.get(pathname)
    const cookie = cookies[Access.cookieOf(site)]
    const refusal = Access.refusal(site, {
      method,
      headers,
      cookie,
      isPublic: pageFile !== undefined
    })
    if (Option.isSome(refusal)) return yield* refusal.value
    const token = searchParams.get("token")
    if (pathname === "/" && token !== null) return enter(site, token)
    return pageFile === undefined ? yield* router(site, version) : file(pageFile)
  }).pipe(
    Effect.catchTags({
      ApiFailure: (failure) => Effect.succeed(failure),
      RouteNotFound: () =>
        Effect.succeed(new ApiFailure({ reason: "NotFound", detail: t`there is no such request` }))
    }),
    // A fault of the server: the page says so, and stays.
    Effect.catchAllDefect((defect) =>
      Effect.succeed(new ApiFailure({ reason: "Failed", detail: String(defect) }))
    ),
    Effect.map((answer) =>
      HttpServerResponse.setHeaders(
        answer instanceof ApiFailure
          ? json(
              { error: answer.reason, message: answer.message } satisfies Api.ApiError,
              answer.status
            )
          : answer,
        Headers.fromInput(Access.headers)
      )
    )
  )
