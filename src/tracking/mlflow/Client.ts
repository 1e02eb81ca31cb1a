import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"
import { reasonOf } from "../reasonOf.js"

/** A request that the server did not answer as it should. */
export class RequestFailed extends Schema.TaggedError<RequestFailed>()("RequestFailed", {
  /** The status of the answer; null: there was none. */
  status: Schema.NullOr(Schema.Number),
  /** MLflow's code of the error, such as `RESOURCE_DOES_NOT_EXIST`; "" where there is none. */
  code: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }
}

/** A value of a metric at a step. */
export interface Metric {
  readonly key: string
  readonly value: number
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly step: number
}

/** A param or a tag. */
export interface Pair {
  readonly key: string
  readonly value: string
}

/** How a run stands, in MLflow's words. */
export type Status = "RUNNING" | "FINISHED" | "FAILED" | "KILLED"

const list = <A, I>(of: Schema.Schema<A, I>) =>
  Schema.optionalWith(Schema.Array(of), { default: () => [] })

/** A run as the server gives it: of each metric the point of the highest step. */
const Run = Schema.Struct({
  info: Schema.Struct({ run_id: Schema.String, artifact_uri: Schema.String }),
  data: Schema.Struct({
    metrics: list(
      Schema.Struct({
        key: Schema.String,
        step: Schema.optionalWith(Schema.Union(Schema.Number, Schema.NumberFromString), {
          default: () => 0
        })
      })
    ),
    params: list(Schema.Struct({ key: Schema.String, value: Schema.String }))
  })
})
export type Run = typeof Run.Type

const Experiment = Schema.Struct({ experiment: Schema.Struct({ experiment_id: Schema.String }) })
const Created = Schema.Struct({ experiment_id: Schema.String })
const WithRun = Schema.Struct({ run: Run })
const Runs = Schema.Struct({ runs: list(Run) })
const Failure = Schema.Struct({ error_code: Schema.String, message: Schema.String })

/** The requests of MLflow's REST API that a run needs (https://mlflow.org/docs/latest/rest-api.html). */
export interface Client {
  /** The id of the experiment of that name, which is made when missing. */
  readonly experiment: (name: string) => Effect.Effect<string, RequestFailed>
  /** The newest run of an experiment that has a tag; null: none has. */
  readonly find: (experiment: string, tag: Pair) => Effect.Effect<Run | null, RequestFailed>
  readonly create: (run: {
    readonly experiment_id: string
    readonly run_name: string
    readonly start_time: number
    readonly tags: ReadonlyArray<Pair>
  }) => Effect.Effect<Run, RequestFailed>
  readonly log: (
    run: Run,
    what: {
      readonly metrics?: ReadonlyArray<Metric>
      readonly params?: ReadonlyArray<Pair>
      readonly tags?: ReadonlyArray<Pair>
    }
  ) => Effect.Effect<void, RequestFailed>
  readonly update: (
    run: Run,
    status: Status,
    endTime: number | null
  ) => Effect.Effect<void, RequestFailed>
  /** Uploads the file at `path` under a name; fails where the server does not take artifacts. */
  readonly upload: (
    run: Run,
    name: string,
    path: string
  ) => Effect.Effect<void, RequestFailed, FileSystem.FileSystem>
}

/** What a batch may hold (the server refuses more). */
export const limits = { metrics: 1000, params: 100, tags: 100, paramLength: 6000 } as const

/** How long an answer may take. */
const patience = "30 seconds"

/**
 * A client of the server at `uri`. Signs its requests as MLflow's own does: with
 * `MLFLOW_TRACKING_USERNAME` and `_PASSWORD`, or `MLFLOW_TRACKING_TOKEN`.
 */
export const make = (
  uri: string,
  environment: Readonly<Record<string, string | undefined>> = process.env
): Effect.Effect<Client> =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const { MLFLOW_TRACKING_PASSWORD, MLFLOW_TRACKING_TOKEN, MLFLOW_TRACKING_USERNAME } =
      environment
    const signed =
      MLFLOW_TRACKING_USERNAME !== undefined
        ? HttpClientRequest.basicAuth(MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD ?? "")
        : MLFLOW_TRACKING_TOKEN !== undefined
          ? HttpClientRequest.bearerToken(MLFLOW_TRACKING_TOKEN)
          : (request: HttpClientRequest.HttpClientRequest) => request
    const base = uri.replace(/\/+$/, "")

    const send = (request: HttpClientRequest.HttpClientRequest) =>
      Effect.gen(function* () {
        const response = yield* client.execute(signed(request))
        const text = yield* response.text
        if (response.status < 300) return text
        const failure = Schema.decodeUnknownEither(Schema.parseJson(Failure))(text)
        return yield* new RequestFailed({
          status: response.status,
          ...Either.match(failure, {
            onLeft: () => ({ code: "", detail: `${response.status} ${text.slice(0, 200)}` }),
            onRight: ({ error_code, message }) => ({
              code: error_code,
              detail: `${error_code}: ${message.slice(0, 500)}`
            })
          })
        })
      }).pipe(
        Effect.timeoutFail({
          duration: patience,
          onTimeout: () => unreachable(t`no answer within ${patience}`)
        }),
        Effect.catchTags({
          RequestError: ({ cause, message }) =>
            Effect.fail(unreachable(reasonOf(cause) ?? message)),
          ResponseError: ({ message }) => Effect.fail(unreachable(message))
        }),
        Effect.withTracerEnabled(false)
      )

    const call = <A, I>(path: string, body: unknown, answer: Schema.Schema<A, I>) =>
      HttpClientRequest.post(`${base}/api/2.0/mlflow/${path}`).pipe(
        HttpClientRequest.bodyUnsafeJson(body),
        send,
        Effect.flatMap((text) =>
          Effect.mapError(Schema.decode(Schema.parseJson(answer))(text), () =>
            unreachable(t`the answer to ${path} is none of MLflow's: ${text.slice(0, 100)}`)
          )
        )
      )

    const find = (name: string) =>
      send(
        HttpClientRequest.get(`${base}/api/2.0/mlflow/experiments/get-by-name`, {
          urlParams: { experiment_name: name }
        })
      ).pipe(
        Effect.flatMap((text) =>
          Effect.mapError(Schema.decode(Schema.parseJson(Experiment))(text), () =>
            unreachable(t`${base} is no MLflow server: ${text.slice(0, 100)}`)
          )
        ),
        Effect.map(({ experiment }) => experiment.experiment_id)
      )

    const made: Client = {
      experiment: (name) =>
        find(name).pipe(
          Effect.catchIf(
            ({ code }) => code === "RESOURCE_DOES_NOT_EXIST",
            () =>
              Effect.map(
                call("experiments/create", { name }, Created),
                ({ experiment_id }) => experiment_id
              )
          ),
          // Another run has just made it.
          Effect.catchIf(
            ({ code }) => code === "RESOURCE_ALREADY_EXISTS",
            () => find(name)
          )
        ),
      find: (experiment, { key, value }) =>
        Effect.map(
          call(
            "runs/search",
            {
              experiment_ids: [experiment],
              filter: `tags.\`${key}\` = '${value}'`,
              max_results: 1,
              order_by: ["attributes.start_time DESC"]
            },
            Runs
          ),
          ({ runs }) => runs[0] ?? null
        ),
      create: (run) => Effect.map(call("runs/create", run, WithRun), ({ run }) => run),
      log: ({ info }, { metrics = [], params = [], tags = [] }) =>
        Effect.asVoid(
          call(
            "runs/log-batch",
            {
              run_id: info.run_id,
              // JSON lacks what is not finite; the server takes it as text.
              metrics: metrics.map((metric) =>
                Number.isFinite(metric.value) ? metric : { ...metric, value: String(metric.value) }
              ),
              params,
              tags
            },
            Schema.Unknown
          )
        ),
      update: ({ info }, status, endTime) =>
        Effect.asVoid(
          call(
            "runs/update",
            { run_id: info.run_id, status, ...(endTime !== null && { end_time: endTime }) },
            Schema.Unknown
          )
        ),
      upload: ({ info }, name, path) =>
        Effect.gen(function* () {
          const proxied = /^mlflow-artifacts:\/+(?:[^/]+:\d+\/)?(.*)$/.exec(info.artifact_uri)?.[1]
          if (proxied === undefined) {
            return yield* new RequestFailed({
              status: null,
              code: "",
              detail: t`the server stores artifacts in ${info.artifact_uri} and does not take them itself; start it with --serve-artifacts`
            })
          }
          const fs = yield* FileSystem.FileSystem
          const bytes = yield* Effect.mapError(fs.readFile(path), ({ message }) =>
            unreachable(message)
          )
          const url = `${base}/api/2.0/mlflow-artifacts/artifacts/${proxied}/${encodeURIComponent(name)}`
          yield* send(
            HttpClientRequest.bodyUint8Array(
              HttpClientRequest.put(url),
              bytes,
              "application/octet-stream"
            )
          )
        })
    }
    return made
  }).pipe(Effect.provide(FetchHttpClient.layer))

const unreachable = (detail: string) => new RequestFailed({ status: null, code: "", detail })
