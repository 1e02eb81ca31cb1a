import { createHash, randomUUID } from "node:crypto"
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import os from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Cores from "../io/Cores.js"
import { find } from "../io/InstalledPackage.js"
import * as tf from "../tf.js"
import * as Native from "./Native.js"

const Timing = Schema.Union(
  Schema.Struct({ name: Schema.String, step: Schema.Number }),
  Schema.Struct({ name: Schema.String, problem: Schema.String })
)

/** What a trial has found, as later runs use it. */
export const Trial = Schema.Struct({
  /** The network, for people. */
  subject: Schema.String,
  chosen: Schema.String,
  timings: Schema.NonEmptyArray(Timing),
  measured_at: Schema.String
})
export type Trial = typeof Trial.Type

const TrialJson = Schema.parseJson(Trial)

/** What decides how fast a step is, beside the network: the machine, what computes, and with how many threads. */
const surroundings = () => ({
  processor: os.cpus()[0]?.model,
  cores: Cores.available(),
  platform: `${process.platform} ${process.arch}`,
  node: process.versions.node,
  holdfast: find(import.meta.url, "holdfast")?.version,
  tensorflow_js: tf.version_core,
  native: Native.installed(),
  threads: Object.entries(process.env)
    .filter(([name]) => /^(TF_NUM|OMP_NUM|TF_ENABLE_ONEDNN|CUDA_VISIBLE)/.test(name))
    .sort()
})

/** The name of a trial of a network, which `network` describes as JSON, on this machine. */
export const keyOf = (network: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify([network, surroundings()]))
    .digest("hex")

/** Where trials are kept: in the user's folder of caches. */
export const folder = (environment: NodeJS.ProcessEnv = process.env): string =>
  join(
    environment["XDG_CACHE_HOME"] ||
      (process.platform === "win32" && environment["LOCALAPPDATA"]) ||
      join(os.homedir(), ".cache"),
    "holdfast",
    "trials"
  )

/** The trial of that name; none if there is none that can be read. */
export const read = (key: string, from = folder()): Effect.Effect<Option.Option<Trial>> =>
  Effect.tryPromise(() => readFile(join(from, `${key}.json`), "utf8")).pipe(
    Effect.flatMap(Schema.decode(TrialJson)),
    Effect.option
  )

/** Keeps a trial. Where that is impossible, the next run makes it again. */
export const write = (key: string, trial: Trial, to = folder()): Effect.Effect<void> =>
  Effect.gen(function* () {
    const json = yield* Schema.encode(TrialJson)(trial)
    yield* Effect.tryPromise(async () => {
      await mkdir(to, { recursive: true })
      const temporary = join(to, `.${key}.${randomUUID()}`)
      await writeFile(temporary, json)
      await rename(temporary, join(to, `${key}.json`)).catch(() => rm(temporary, { force: true }))
    })
  }).pipe(Effect.ignore)

/** The trials that are kept, newest first. */
export const all = (from = folder()): Effect.Effect<ReadonlyArray<Trial>> =>
  Effect.tryPromise(() => readdir(from)).pipe(
    Effect.orElseSucceed((): ReadonlyArray<string> => []),
    Effect.flatMap((names) =>
      Effect.forEach(
        names.filter((name) => name.endsWith(".json")),
        (name) => read(name.slice(0, -".json".length), from)
      )
    ),
    Effect.map((trials) =>
      trials.flatMap(Option.toArray).sort((a, b) => b.measured_at.localeCompare(a.measured_at))
    )
  )
