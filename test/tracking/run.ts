/**
 * Trains real processes, kills and resumes them, and has the real tools read what they have recorded:
 * `npm run test:tracking`.
 *
 *   HOLDFAST_PYTHON   a Python with tensorboard, mlflow and trackio[tensorboard] (default: python3)
 *   --only tensorboard,mlflow,trackio,sample    some of it
 *   --write           writes the sample of the unit tests, once TensorBoard reads in it what it should
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { isDeepStrictEqual, parseArgs } from "node:util"
import { expected, sample } from "./sample.js"

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "sample,tensorboard,trackio,mlflow" },
    write: { type: "boolean" }
  }
})
const wanted = new Set(options.only.split(","))
const python = process.env["HOLDFAST_PYTHON"] ?? "python3"
const folder = mkdtempSync(join(tmpdir(), "holdfast-tracking-"))
const failures: Array<string> = []

const check = (what: string, found: unknown, wanted: unknown): void => {
  if (isDeepStrictEqual(found, wanted)) {
    console.log(`  right  ${what}`)
    return
  }
  console.log(`  WRONG  ${what}`)
  console.log(`         found  ${JSON.stringify(found)?.slice(0, 600)}`)
  console.log(`         wanted ${JSON.stringify(wanted)?.slice(0, 600)}`)
  failures.push(what)
}

interface Found {
  readonly scalars: Readonly<Record<string, ReadonlyArray<readonly [number, number | string]>>>
  readonly histograms: Readonly<Record<string, ReadonlyArray<ReadonlyArray<number>>>>
  readonly images: Readonly<Record<string, ReadonlyArray<ReadonlyArray<number>>>>
  readonly texts: Readonly<Record<string, ReadonlyArray<readonly [number, string]>>>
  readonly hparams: Readonly<Record<string, unknown>>
  readonly status: string
}

const read = <A>(tool: string, logs: string): A =>
  JSON.parse(
    execFileSync(python, ["test/tracking/check.py", tool, logs], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      maxBuffer: 2 ** 28
    })
  ) as A

/** Trains in a process of its own; killed at the training step of that number that it reports. */
const train = (
  name: string,
  observers: ReadonlyArray<unknown>,
  killAfter = Infinity,
  environment: Readonly<Record<string, string>> = {}
): Promise<{ readonly code: number | null; readonly warnings: ReadonlyArray<string> }> =>
  new Promise((resolve) => {
    const config = join(folder, `${name}.json`)
    const training = {
      checkpoint_dir: join(folder, "runs", name),
      save_interval: "7 steps",
      num_epochs: 12,
      batch_size: 16,
      learning_rate: 0.02,
      seed: 7,
      observers
    }
    writeFileSync(config, JSON.stringify({ training, model: {}, data: {} }))
    const child = spawn(
      process.execPath,
      [
        "dist/cli/bin.js",
        "run",
        "test/support/pipelines/blobs.ts",
        "batch=10",
        "--config",
        config,
        "--json"
      ],
      {
        env: { ...process.env, HOLDFAST_BACKEND: "wasm", ...environment },
        stdio: ["ignore", "pipe", "inherit"]
      }
    )
    const warnings: Array<string> = []
    let steps = 0
    createInterface({ input: child.stdout }).on("line", (line) => {
      const event = JSON.parse(line) as { readonly event: string } & Record<string, unknown>
      if (event.event === "Notice" && event["level"] === "warning") {
        warnings.push(String(event["message"]))
      }
      if (event.event === "StepFinished" && event["phase"] === "train" && ++steps === killAfter) {
        child.kill("SIGKILL")
      }
    })
    child.on("close", (code) => resolve({ code, warnings }))
  })

/** The same curves: what the clock says aside. */
const curves = ({ scalars }: Pick<Found, "scalars">) =>
  Object.fromEntries(
    Object.entries(scalars)
      .map(([tag, points]) => [tag, tag.startsWith("speed/") ? points.map(([x]) => x) : points])
      .sort(([a], [b]) => (a! < b! ? -1 : 1))
  ) as Record<string, unknown>

const steps = 48
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1)

const checkSample = () => {
  const logs = join(folder, "sample")
  mkdirSync(join(logs, "run"), { recursive: true })
  writeFileSync(join(logs, "run", "events.out.tfevents.1700000000.sample"), sample())
  for (const [fast, runs] of Object.entries(
    read<Record<string, Record<string, Found>>>("tensorboard", logs)
  )) {
    const found = runs["run"]!
    const loss = found.scalars["step/loss"]!
    check(
      `the sample's losses, --load_fast ${fast}`,
      loss.map(([step, value]) => [step, Math.fround(Number(value))]),
      expected.scalars["step/loss"].map(([step, value]) => [step, Math.fround(value)])
    )
    const histograms = found.histograms["weights/dense.kernel"]!
    check(`its histogram, --load_fast ${fast}`, histograms, [[200, 6]])
    check(`its hyperparameters, --load_fast ${fast}`, { ...found.hparams }, { ...expected.hparams })
    check(`its end, --load_fast ${fast}`, found.status, "STATUS_SUCCESS")
    check(`its text, --load_fast ${fast}`, found.texts["validation/per_class"]?.[0]?.[0], 200)
  }
  if (options.write && failures.length === 0) {
    writeFileSync("test/tracking/fixtures/events.out.tfevents.sample", sample())
    console.log("  wrote test/tracking/fixtures/events.out.tfevents.sample")
  }
}

const observers = [{ name: "tensorboard", histogram_freq: 3 }]

const checkTensorBoard = async () => {
  await train("undisturbed", observers)
  for (const after of [9, 4, 17, 1, 8]) await train("disturbed", observers, after)
  await train("disturbed", observers)
  for (const [fast, runs] of Object.entries(
    read<Record<string, Record<string, Found>>>("tensorboard", join(folder, "runs"))
  )) {
    const [undisturbed, disturbed] = [runs["undisturbed"]!, runs["disturbed"]!]
    const loss = undisturbed.scalars["step/loss"]!.map(([step]) => step)
    check(`every step of a run, --load_fast ${fast}`, loss, upTo(steps))
    check(
      `each point once after five kills, --load_fast ${fast}`,
      curves(disturbed),
      curves(undisturbed)
    )
    check(`the same histograms, --load_fast ${fast}`, disturbed.histograms, undisturbed.histograms)
    check(`the same pictures, --load_fast ${fast}`, disturbed.images, undisturbed.images)
    check(
      `pictures of ${Object.keys(undisturbed.images).join(", ")}`,
      Object.keys(undisturbed.images).length > 0,
      true
    )
    check(`histograms, --load_fast ${fast}`, Object.keys(undisturbed.histograms).length > 4, true)
    check(
      `the learning rate, --load_fast ${fast}`,
      disturbed.hparams["training.learning_rate"],
      0.02
    )
  }
}

const checkTrackio = () => {
  const logs = join(folder, "exported")
  for (const name of ["undisturbed", "disturbed"]) {
    const args = ["export-metrics", join(folder, "runs", name), "--tensorboard", join(logs, name)]
    execFileSync(process.execPath, ["dist/cli/bin.js", ...args], { stdio: "inherit" })
  }
  const runs = read<Record<string, Found>>("trackio", logs)
  const loss = runs["disturbed"]!.scalars["step/loss"]!.map(([step]) => step)
  check("every step, imported by Trackio", loss, upTo(steps))
  check(
    "each point once after five kills",
    curves(runs["disturbed"]!),
    curves(runs["undisturbed"]!)
  )
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { readonly port: number }
      server.close(() => resolve(port))
    })
  })

const serveMlflow = async (port: number): Promise<ChildProcess> => {
  const store = join(folder, "mlflow")
  mkdirSync(store, { recursive: true })
  const server = spawn(
    python,
    ["-m", "mlflow", "server", "--host", "127.0.0.1"].concat(
      ["--port", String(port), "--workers", "1"],
      ["--backend-store-uri", `sqlite:///${join(store, "runs.db")}`],
      ["--artifacts-destination", join(store, "artifacts")]
    ),
    { stdio: "ignore", detached: true }
  )
  for (let nth = 0; nth < 120; nth++) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const isUp = await fetch(`http://127.0.0.1:${port}/health`).then(
      ({ ok }) => ok,
      () => false
    )
    if (!isUp) continue
    // The first answer of a new server takes longest.
    await fetch(`http://127.0.0.1:${port}/api/2.0/mlflow/experiments/search?max_results=1`)
    return server
  }
  throw new Error("MLflow does not start")
}

const stop = (server: ChildProcess) => {
  // Its workers too.
  process.kill(-server.pid!, "SIGTERM")
}

interface MlflowRun {
  readonly info: { readonly run_id: string; readonly status: string; readonly run_name: string }
  readonly data: {
    readonly metrics: ReadonlyArray<{ readonly key: string }>
    readonly params: ReadonlyArray<{ readonly key: string; readonly value: string }>
  }
}

const checkMlflow = async () => {
  const port = await freePort()
  const uri = `http://127.0.0.1:${port}`
  const get = async (path: string, query: Record<string, string>) =>
    (await (
      await fetch(`${uri}/api/2.0/mlflow/${path}?${new URLSearchParams(query)}`)
    ).json()) as never
  const runsOf = async (experiment: string): Promise<ReadonlyArray<MlflowRun>> => {
    const found: { experiment: { experiment_id: string } } = await get("experiments/get-by-name", {
      experiment_name: experiment
    })
    const answer = await fetch(`${uri}/api/2.0/mlflow/runs/search`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ experiment_ids: [found.experiment.experiment_id] })
    })
    return ((await answer.json()) as { runs?: ReadonlyArray<MlflowRun> }).runs ?? []
  }
  const curvesOf = async ({ data, info }: MlflowRun) => {
    const scalars: Record<string, Array<readonly [number, number | string]>> = {}
    for (const { key } of data.metrics) {
      const { metrics }: { metrics: ReadonlyArray<{ step?: number; value: number }> } = await get(
        "metrics/get-history",
        { run_id: info.run_id, metric_key: key }
      )
      scalars[key] = metrics.map(({ step = 0, value }) => [step, value] as const)
    }
    return curves({ scalars })
  }
  const observer = (experiment: string) => [
    { name: "mlflow", tracking_uri: uri, experiment, step_interval: 1, artifacts: true }
  ]

  const away = train("away", observer("away"))
  const none = await train("none", observer("none"), Infinity, {})
  check("a run without a server ends as ever", none.code, 0)
  check("and warns once", none.warnings.filter((text) => text.includes("MLflow")).length, 1)
  await away
  const server = await serveMlflow(port)
  try {
    await train("mlflow-undisturbed", observer("undisturbed"))
    for (const after of [9, 4, 17, 1, 8])
      await train("mlflow-disturbed", observer("disturbed"), after)
    await train("mlflow-disturbed", observer("disturbed"))
    const [undisturbed] = await runsOf("undisturbed")
    const all = await runsOf("disturbed")
    check("one MLflow run after five kills", all.length, 1)
    check("which has finished", all[0]!.info.status, "FINISHED")
    const wantedCurves = await curvesOf(undisturbed!)
    check(
      "every step of a run",
      (wantedCurves["step/loss"] as ReadonlyArray<readonly [number]>).map(([step]) => step),
      upTo(steps)
    )
    check("each point once after five kills", await curvesOf(all[0]!), wantedCurves)
    check(
      "the config",
      all[0]!.data.params.find(({ key }) => key === "training.learning_rate")?.value,
      "0.02"
    )
    const { files = [] }: { files?: ReadonlyArray<{ path: string }> } = await get(
      "artifacts/list",
      {
        run_id: all[0]!.info.run_id
      }
    )
    check("the artifacts", files.map(({ path }) => path).sort(), [
      "best_model.safetensors",
      "config.json"
    ])
    // A run that ended while the server was away: what it has comes when it is resumed.
    await train("away", observer("away"))
    check(
      "all points of a run that had no server, once it is resumed with one",
      await curvesOf((await runsOf("away"))[0]!),
      wantedCurves
    )
  } finally {
    stop(server)
  }
}

if (wanted.has("sample")) {
  console.log("sample: the event file of the unit tests, in TensorBoard")
  checkSample()
}
if (wanted.has("tensorboard") || wanted.has("trackio")) {
  console.log("tensorboard: a run that is killed five times, beside an undisturbed one")
  await checkTensorBoard()
}
if (wanted.has("trackio")) {
  console.log("trackio: the same runs, exported from their logs")
  checkTrackio()
}
if (wanted.has("mlflow")) {
  console.log("mlflow: the same on a server")
  await checkMlflow()
}
if (failures.length === 0) rmSync(folder, { recursive: true, force: true })
else {
  console.log(`${failures.length} wrong; see ${folder}`)
  process.exitCode = 1
}
