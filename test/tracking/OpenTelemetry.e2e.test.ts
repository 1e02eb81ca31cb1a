import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { exporterOf, openTelemetryOf } from "../../src/tracking/OpenTelemetry.js"
import { session, temporaryFolder } from "../support/session.js"

interface Span {
  readonly name: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly traceId: string
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: object }>
}

interface Resource {
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: object }>
}

/** A collector that takes traces as JSON, and what it was sent. */
const collector = Effect.acquireRelease(
  Effect.async<{ readonly url: string; readonly received: Array<Received>; close: () => void }>(
    (resume) => {
      const received: Array<Received> = []
      const server = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const { url = "", headers } = request
          received.push({
            url,
            headers,
            body: JSON.parse(Buffer.concat(chunks).toString()) as Body
          })
          response.end("{}")
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        const close = () => server.close()
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, received, close }))
      })
    }
  ),
  ({ close }) => Effect.sync(close)
)

interface Body {
  readonly resourceSpans: ReadonlyArray<{
    readonly resource: Resource
    readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Span> }>
  }>
}

interface Received {
  readonly url: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Body
}

const spansIn = (received: ReadonlyArray<Received>): ReadonlyArray<Span> =>
  received.flatMap(({ body }) =>
    body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
  )

describe("Tracking.openTelemetry", () => {
  it.scopedLive("sends a span for the pipeline, each stage, each epoch and each save", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { received, url } = yield* collector
      const environment = {
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_EXPORTER_OTLP_HEADERS: "api-key=a%20b"
      }
      yield* session({ folder, training: { num_epochs: 3 } }).pipe(
        Effect.provide(openTelemetryOf(environment))
      )
      const spans = spansIn(received)
      const named = (name: string) => spans.filter((span) => span.name === name)
      const parents = (name: string) => [
        ...new Set(
          named(name).map(
            ({ parentSpanId }) => spans.find(({ spanId }) => spanId === parentSpanId)?.name
          )
        )
      ]
      expect(received.map((one) => one.url)).toContain("/v1/traces")
      expect(received[0]!.headers["api-key"]).toBe("a b")
      expect(JSON.stringify(received[0]!.body.resourceSpans[0]!.resource)).toContain(
        '{"key":"service.name","value":{"stringValue":"holdfast"}}'
      )
      expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
      expect(named("blobs").length).toBe(1)
      expect(parents("blobs")).toStrictEqual(["holdfast run"])
      expect(parents("epochs")).toStrictEqual(["blobs"])
      expect(parents("epoch")).toStrictEqual(["epochs"])
      expect(parents("trainEpoch")).toStrictEqual(["epoch"])
      expect(named("validate").length).toBe(3)
      expect(JSON.stringify(named("epoch").map(({ attributes }) => attributes))).toContain(
        '{"key":"epoch","value":{"intValue":3}}'
      )
      // After epochs 2 and 3, and each as the best.
      expect(named("save").length).toBeGreaterThanOrEqual(2)
      expect(JSON.stringify(named("save")[0]!.attributes)).toContain('"key":"global_step"')
      expect(parents("CheckpointStore.save")).toStrictEqual(["save"])
    })
  )

  it.scopedLive("warns once where nobody collects, and the run ends as ever", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const said: Array<unknown> = []
      const { exit } = yield* session({ folder, training: { num_epochs: 1 } }).pipe(
        Effect.provide(openTelemetryOf({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" })),
        Effect.provide(
          Logger.replace(
            Logger.defaultLogger,
            Logger.make(({ message }) => void said.push(message))
          )
        )
      )
      expect(exit._tag).toBe("Success")
      expect(said.filter((one) => String(one).includes("traces are not sent"))).toHaveLength(1)
    })
  )
})

describe("exporterOf", () => {
  it("is OpenTelemetry's default where the environment says nothing", () => {
    expect(exporterOf({})).toStrictEqual({
      url: "http://localhost:4318/v1/traces",
      headers: {},
      protocol: "http/protobuf"
    })
  })

  it("takes the variables for traces before those for everything, and their URL as it is", () => {
    expect(
      exporterOf({
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:1/",
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://b/otlp",
        OTEL_EXPORTER_OTLP_HEADERS: "x=1"
      })
    ).toMatchObject({ url: "https://b/otlp", headers: { x: "1" } })
    expect(exporterOf({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:1/" })).toMatchObject({
      url: "http://a:1/v1/traces"
    })
  })

  it("names the variable that is not usable", () => {
    expect(exporterOf({ OTEL_EXPORTER_OTLP_ENDPOINT: "a:1" })).toMatch(
      /OTEL_EXPORTER_OTLP_ENDPOINT is a:1/
    )
    expect(exporterOf({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).toMatch(
      /OTEL_EXPORTER_OTLP_PROTOCOL is grpc; choose http\/protobuf or http\/json/
    )
    expect(exporterOf({ OTEL_EXPORTER_OTLP_HEADERS: "=1" })).toMatch(/name=value/)
  })

  it("is null where the environment turns it off", () => {
    expect(exporterOf({ OTEL_SDK_DISABLED: "true" })).toBeNull()
    expect(exporterOf({ OTEL_TRACES_EXPORTER: "none" })).toBeNull()
  })
})
