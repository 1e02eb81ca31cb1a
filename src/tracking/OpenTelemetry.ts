import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { createRequire } from "node:module"
import { hostname } from "node:os"
import { t } from "../language/Text.js"
import { reasonOf } from "./reasonOf.js"
import { TrackingError } from "./TrackingError.js"

type Environment = Readonly<Record<string, string | undefined>>

/** Where traces are sent, and how. */
export interface Exporter {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly protocol: "http/protobuf" | "http/json"
}

/**
 * What the environment says of the exporter, by the variables of OpenTelemetry's specification
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/): `OTEL_EXPORTER_OTLP_ENDPOINT`, `_HEADERS`
 * and `_PROTOCOL`, each also with `_TRACES_` before its last word; null where `OTEL_SDK_DISABLED` is `true`
 * or `OTEL_TRACES_EXPORTER` is `none`. Gives what is wrong with them as a text.
 */
export const exporterOf = (environment: Environment): Exporter | string | null => {
  if (environment["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return null
  if (environment["OTEL_TRACES_EXPORTER"] === "none") return null
  const named = (name: string) =>
    ([`OTEL_EXPORTER_OTLP_TRACES_${name}`, `OTEL_EXPORTER_OTLP_${name}`] as const).find(
      (variable) => (environment[variable] ?? "") !== ""
    )
  const protocol = named("PROTOCOL")
  const spoken = protocol === undefined ? "http/protobuf" : environment[protocol]!
  if (spoken !== "http/protobuf" && spoken !== "http/json") {
    return t`${protocol} is ${spoken}; choose http/protobuf or http/json`
  }
  const endpoint = named("ENDPOINT")
  const given = endpoint === undefined ? "http://localhost:4318" : environment[endpoint]!
  if (!/^https?:$/.test(URL.canParse(given) ? new URL(given).protocol : "")) {
    return t`${endpoint} is ${given}; give a URL such as http://localhost:4318`
  }
  const headers = named("HEADERS")
  const pairs = (headers === undefined ? "" : environment[headers]!)
    .split(",")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "")
    .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const)
  if (pairs.some(([name]) => name.trim() === "")) {
    return t`${headers} is not of the form name=value,name=value`
  }
  return {
    url: endpoint?.includes("_TRACES_") === true ? given : `${given.replace(/\/$/, "")}/v1/traces`,
    headers: Object.fromEntries(
      pairs.map(([name, value]) => [name.trim(), decodeURIComponent(value.trim())])
    ),
    protocol: spoken
  }
}

const { peerDependencies, version } = createRequire(import.meta.url)("../../package.json") as {
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly version: string
}

/**
 * Sends what runs under it as a trace to a collector of OpenTelemetry (Jaeger, Grafana Tempo, Honeycomb,
 * …): a span for the pipeline, each stage, each epoch and each save. The standard `OTEL_…` variables of
 * the environment say where to; without any, to http://localhost:4318. Needs the package
 * `@effect/opentelemetry`, but no SDK of OpenTelemetry. A collector that cannot be reached is a warning.
 *
 * @throws TrackingError if the package is not installed, or a variable is not usable.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Holdfast, type Pipeline, Tracking } from "holdfast"
 *
 * declare const pipeline: Pipeline.Pipeline<void>
 *
 * await Effect.runPromise(Holdfast.run(pipeline).pipe(Effect.provide(Tracking.openTelemetry)))
 * ```
 */
export const openTelemetry: Layer.Layer<never, TrackingError> = Layer.suspend(() =>
  openTelemetryOf(process.env)
)

/** The same by variables that are given. */
export const openTelemetryOf = (environment: Environment): Layer.Layer<never, TrackingError> =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const exporter = exporterOf(environment)
      if (exporter === null) return Layer.empty
      if (typeof exporter === "string") {
        return yield* new TrackingError({
          reason: "Setting",
          tool: "OpenTelemetry",
          detail: exporter
        })
      }
      // Loaded only here: most runs are not traced.
      const modules = yield* Effect.tryPromise({
        try: () =>
          Promise.all([
            import("@effect/opentelemetry/OtlpTracer"),
            import("@effect/opentelemetry/OtlpSerialization"),
            import("@effect/platform/FetchHttpClient"),
            import("@effect/platform/HttpClient")
          ]),
        catch: () =>
          new TrackingError({
            reason: "NotInstalled",
            tool: "OpenTelemetry",
            detail: t`it needs the package @effect/opentelemetry: npm install @effect/opentelemetry@${peerDependencies["@effect/opentelemetry"]}`
          })
      })
      const [OtlpTracer, OtlpSerialization, FetchHttpClient, HttpClient] = modules
      let isWarned = false
      const warnOnce = (cause: string) => {
        if (isWarned) return Effect.void
        isWarned = true
        return Effect.logWarning(
          t`traces are not sent: ${exporter.url} cannot be reached (${cause}); training continues`
        )
      }
      const warning = HttpClient.layerMergedContext(
        Effect.map(HttpClient.HttpClient, (client) =>
          HttpClient.tapError(HttpClient.filterStatusOk(client), (error) =>
            warnOnce(reasonOf(error.cause) ?? error.message)
          )
        )
      ).pipe(Layer.provide(FetchHttpClient.layer))
      const isNamed =
        environment["OTEL_SERVICE_NAME"] !== undefined ||
        environment["OTEL_RESOURCE_ATTRIBUTES"]?.includes("service.name=") === true
      return OtlpTracer.layer({
        url: exporter.url,
        headers: exporter.headers,
        resource: {
          ...(isNamed ? {} : { serviceName: "holdfast", serviceVersion: version }),
          attributes: {
            "host.name": hostname(),
            "process.pid": process.pid,
            "process.runtime.name": "nodejs",
            "process.runtime.version": process.versions.node
          }
        }
      }).pipe(
        Layer.provide(warning),
        Layer.provide(
          exporter.protocol === "http/json"
            ? OtlpSerialization.layerJson
            : OtlpSerialization.layerProtobuf
        )
      )
    })
  )
