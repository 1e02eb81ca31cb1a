import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import type { Event } from "holdfast"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { session, temporaryFolder } from "../support/session.js"

interface Metric {
  readonly key: string
  readonly step: number
  readonly value: number | string
}

interface Run {
  readonly info: { readonly run_id: string; readonly artifact_uri: string }
  readonly tags: Array<{ readonly key: string; readonly value: string }>
  readonly params: Map<string, string>
  readonly metrics: Array<Metric>
  status: string
}

/** What the real server does with the requests of a run; `npm run test:tracking` compares. */
class Double {
  readonly runs: Array<Run> = []
  /** Whether it answers. */
  isThere = true
  requests = 0

  answer(path: string, body: Readonly<Record<string, unknown>>): unknown {
    const found = this.runs.find(({ info }) => info.run_id === body["run_id"])
    switch (path) {
      case "experiments/get-by-name":
        return { experiment: { experiment_id: "7" } }
      case "runs/search": {
        const [, key, value] = /^tags\.`(.*)` = '(.*)'$/.exec(body["filter"] as string)!
        return {
          runs: this.runs
            .filter(({ tags }) => tags.some((tag) => tag.key === key && tag.value === value))
            .map(shown)
            .toReversed()
        }
      }
      case "runs/create": {
        const run_id = `r${this.runs.length}`
        this.runs.push({
          info: { run_id, artifact_uri: `mlflow-artifacts:/7/${run_id}/artifacts` },
          tags: body["tags"] as never,
          params: new Map(),
          metrics: [],
          status: "RUNNING"
        })
        return { run: shown(this.runs.at(-1)!) }
      }
      case "runs/log-batch":
        for (const { key, value } of (body["params"] ?? []) as ReadonlyArray<never>) {
          found!.params.set(key, value)
        }
        found!.tags.push(...((body["tags"] ?? []) as ReadonlyArray<never>))
        found!.metrics.push(...((body["metrics"] ?? []) as ReadonlyArray<never>))
        return {}
      default:
        found!.status = String(body["status"])
        return {}
    }
  }
}

const shown = ({ info, metrics, params }: Run) => ({
  info,
  data: {
    metrics: [...new Set(metrics.map(({ key }) => key))].map((key) => ({
      key,
      step: Math.max(...metrics.filter((one) => one.key === key).map(({ step }) => step))
    })),
    params: [...params].map(([key, value]) => ({ key, value }))
  }
})

const server = Effect.acquireRelease(
  Effect.async<{ readonly double: Double; readonly uri: string; readonly close: () => void }>(
    (resume) => {
      const double = new Double()
      const listening = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          double.requests++
          if (!double.isThere) return void response.writeHead(503).end("starting")
          const path = request.url!.replace("/api/2.0/mlflow/", "").replace(/\?.*/, "")
          const text = Buffer.concat(chunks).toString()
          const body = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>
          response.end(JSON.stringify(double.answer(path, body)))
        })
      })
      listening.listen(0, "127.0.0.1", () => {
        const uri = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
        resume(Effect.succeed({ double, uri, close: () => listening.close() }))
      })
    }
  ),
  ({ close }) => Effect.sync(close)
)

const trainingOf = (tracking_uri: string) => ({
  save_interval: "3 steps",
  observers: [{ name: "mlflow", tracking_uri, step_interval: 1 }]
})

const isStep = (epoch: number, step: number) => (event: Event) =>
  event._tag === "StepFinished" &&
  event.phase === "train" &&
  event.epoch === epoch &&
  event.step === step

const stepsOf = ({ metrics }: Run, key: string) =>
  metrics.filter((one) => one.key === key).map(({ step }) => step)

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1)

describe("mlflow", () => {
  it.scopedLive(
    "continues its run after a kill and an interruption, and sends each point once",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const { double, uri } = yield* server
        const training = trainingOf(uri)
        yield* session({ folder, training, killAt: isStep(3, 3) })
        yield* session({ folder, training, interruptAt: isStep(4, 2) })
        expect(double.runs[0]!.status).toBe("KILLED")
        yield* session({ folder, training })
        expect(double.runs).toHaveLength(1)
        const run = double.runs[0]!
        expect(run.status).toBe("FINISHED")
        expect(stepsOf(run, "step/loss")).toStrictEqual(upTo(16))
        expect(stepsOf(run, "val_loss")).toStrictEqual([4, 8, 12, 16])
        expect(stepsOf(run, "test_loss")).toStrictEqual([16])
        expect(run.params.get("training.optimizer.name")).toBe("adam")
        expect(run.params.get("training.batch_size")).toBe("16")
      })
  )

  it.scopedLive(
    "begins a child run where the config has changed behind points that are there",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const { double, uri } = yield* server
        const training = trainingOf(uri)
        yield* session({ folder, training, killAt: isStep(3, 3) })
        yield* session({ folder, training: { ...training, learning_rate: 0.01 } })
        expect(double.runs).toHaveLength(2)
        const [parent, child] = double.runs
        expect(child!.tags).toContainEqual({
          key: "mlflow.parentRunId",
          value: parent!.info.run_id
        })
        expect(child!.params.get("training.learning_rate")).toBe("0.01")
        expect(stepsOf(child!, "step/loss").at(-1)).toBe(16)
      })
  )

  it.scopedLive("warns once while the server is away, and sends all when it is back", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { double, uri } = yield* server
      double.isThere = false
      const said: Array<string> = []
      const { exit } = yield* session({
        folder,
        training: trainingOf(uri),
        interruptAt: (event) => {
          if (event._tag === "RunFinished") double.isThere = true
          return false
        }
      }).pipe(
        Effect.provide(
          Logger.replace(
            Logger.defaultLogger,
            Logger.make(({ message }) => void said.push(String(message)))
          )
        )
      )
      expect(Exit.isSuccess(exit)).toBe(true)
      expect(said.filter((text) => text.includes("cannot be reached")).length).toBeLessThan(2)
      expect(stepsOf(double.runs[0]!, "step/loss")).toStrictEqual(upTo(16))
    })
  )

  it.scopedLive("lets a run end as ever where there is no server at all", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const said: Array<string> = []
      const { exit } = yield* session({ folder, training: trainingOf("http://127.0.0.1:9") }).pipe(
        Effect.provide(
          Logger.replace(
            Logger.defaultLogger,
            Logger.make(({ message }) => void said.push(String(message)))
          )
        )
      )
      expect(Exit.isSuccess(exit)).toBe(true)
      const warnings = said.filter((text) => text.includes("MLflow at http://127.0.0.1:9"))
      expect(warnings).toHaveLength(1)
    })
  )

  it.scopedLive("refuses an address that is none", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { exit } = yield* session({ folder, training: trainingOf("localhost:5000") })
      expect(JSON.stringify(exit)).toContain("localhost:5000")
      expect(JSON.stringify(exit)).toContain("TrackingError")
    })
  )
})
