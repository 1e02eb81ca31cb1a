import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join, relative, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { send, type HostProcess, type Network } from "../../hosts/Host.js"
import type { Postgres } from "../../hosts/Postgres.js"
import * as Moto from "../../s3/Moto.js"

type Check = (what: string, right: boolean, found?: unknown) => void

interface Setting {
  readonly folder: string
  readonly network: Network
  readonly server: Postgres
  readonly check: Check
}

const trials = [0, 1, 2]
const bin = resolve("dist/cli/bin.js")

/** The folder of a project on a machine of its own, with a sweep whose checkpoints are at `place`. */
const machine = (parent: string, name: string, place: string, more: object = {}): string => {
  const folder = join(parent, name)
  mkdirSync(folder, { recursive: true })
  const config = {
    training: { num_epochs: 4, batch_size: 16, seed: 3, save_interval: 1 },
    model: {},
    data: {}
  }
  writeFileSync(join(folder, "config.json"), JSON.stringify(config))
  const sweep = {
    name: "rates",
    pipeline: relative(folder, resolve("test/sweep/hosts/pipeline.ts")),
    config: "config.json",
    checkpoint_dir: place,
    space: { "training.learning_rate": { kind: "log_uniform", low: 1e-3, high: 1e-1 } },
    trials: trials.length,
    parallel: 1,
    seed: 1,
    ...more
  }
  writeFileSync(join(folder, "sweep.json"), JSON.stringify(sweep))
  return folder
}

/** Runs a command of Holdfast in a folder until it ends. */
const holdfast = (cwd: string, ...args: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [bin, ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, BATCH: "0" }
  })
  return { code: status, out: stdout, text: stdout + stderr }
}

const until = async (what: string, isTrue: () => boolean): Promise<void> => {
  const begun = performance.now()
  while (!isTrue()) {
    if (performance.now() - begun > 120_000) throw new Error(`waited two minutes for ${what}`)
    await sleep(10)
  }
}

/** The trials whose processes a worker has started, in their order. */
const started = (worker: HostProcess): ReadonlyArray<number> =>
  worker
    .output()
    .split("\n")
    .flatMap((line) => /^\{.*"event":"Started".*"trial":(\d+)/.exec(line)?.[1] ?? [])
    .map(Number)

/** How many epochs the log in a trial's folder has. */
const epochsIn = (folder: string): number => {
  const log = join(folder, "events.ndjson")
  return existsSync(log) ? readFileSync(log, "utf8").split(`"event":"EpochFinished"`).length - 1 : 0
}

/**
 * A sweep whose checkpoints are in a bucket, over machines that share no folder: each has a project folder of its
 * own, and knows of the others by the database and the bucket alone.
 */
export const checkBucket = async ({ check, folder, network, server }: Setting): Promise<void> => {
  console.log("a bucket, and no folder that machines share")
  const port = 20_000 + (process.pid % 30_000)
  const moto = Moto.start(port, network.address)
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: moto.endpoint,
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret"
  })
  // It reads the environment when it is first used.
  const { digestAt } = await import("../../s3/Weights.js")
  const digests = (place: string) =>
    Promise.all(trials.map((trial) => digestAt(`${place}/trial-000${trial}`).catch(String)))
  try {
    await moto.ready()
    const calm = machine(folder, "calm", "calm")
    const undisturbed = holdfast(calm, "sweep", "sweep.json", "--workers", "1")
    check("an undisturbed sweep on a disk ends with 0", undisturbed.code === 0, undisturbed.text)
    const wanted = await digests(join(calm, "calm"))
    const outcomes = readFileSync(join(calm, "calm/outcomes.ndjson"), "utf8")

    const bucket = "s3://bucket/sweeps/rates"
    const url = server.createDatabase("bucket")
    const [one, two, three] = ["one", "two", "three"].map((name) => machine(folder, name, bucket))
    const records = (at: string) => join(at, "checkpoints/bucket/sweeps/rates")
    const submitted = holdfast(one!, "sweep", "sweep.json", "--database", url)
    check("a sweep in a bucket is submitted", submitted.code === 0, submitted.text)

    const hosts = [await network.host("bucket-a"), await network.host("bucket-b")]
    const work = (at: number, cwd: string, batch: number, ...more: ReadonlyArray<string>) =>
      hosts[at]!.spawn(process.execPath, [bin, "worker", "--database", url, "--json", ...more], {
        cwd,
        env: { ...process.env, BATCH: `${batch}` }
      })
    const lost = await work(0, one!, 700)
    await until("a trial", () => started(lost).length > 0)
    const status = holdfast(one!, "sweep", "status", bucket, "--database", url, "--json")
    const { trials: shown } = JSON.parse(status.out) as {
      trials: ReadonlyArray<{ state: string; worker?: string }>
    }
    check(
      "status names the host that trains",
      shown.some(({ state, worker = "" }) => state === "running" && worker.startsWith("bucket-a:")),
      status.text
    )
    const other = await work(1, two!, 0, "--exit-when-done")
    await until("the other worker", () => other.output().includes(`"event":"Ready"`))
    let trial = -1
    await until("a trial that has trained an epoch", () => {
      trial = started(lost).at(-1)!
      const epochs = epochsIn(join(records(one!), `trial-000${trial}`))
      return epochs > 0 && epochs < 4
    })
    const at = performance.now()
    for (const pid of hosts[0]!.processes()) send(pid, "SIGKILL")
    await lost.ended
    await until("the other to start the trial", () => started(other).includes(trial))
    const seconds = (performance.now() - at) / 1000
    check(
      `a worker with a folder of its own takes the trial over after ${seconds.toFixed(1)} s`,
      seconds <= 10
    )
    check("it ends with 0 when all is done", (await other.ended) === 0, other.output())
    const resumed = readFileSync(join(records(two!), `trial-000${trial}/events.ndjson`), "utf8")
    const from = /"from":\{"global_step":(\d+)/.exec(resumed)?.[1]
    check(`trial ${trial} resumed from the bucket`, Number(from) > 0, from)
    const found = await digests(bucket)
    check(
      "every trial ends with the bits of the undisturbed sweep",
      String(found) === String(wanted),
      found
    )
    const final = holdfast(three!, "sweep", "status", bucket, "--database", url, "--json")
    check(
      "a third machine gets its records from the database",
      final.out.includes(`"state":"finished"`) &&
        readFileSync(join(records(three!), "outcomes.ndjson"), "utf8") === outcomes,
      final.text
    )
    const best = holdfast(three!, "sweep", "best", bucket)
    check(
      "its best checkpoint is in the bucket",
      best.text.includes(`${bucket}/trial-000`),
      best.text
    )
    const none = holdfast(folder, "sweep", "status", bucket)
    check(
      "a machine without records says where to ask",
      none.code === 1 && none.text.includes("--database"),
      none.text
    )
    const changed = holdfast(machine(folder, "four", bucket, { seed: 2 }), "sweep", "sweep.json")
    check(
      "another sweep in the same bucket is refused by its field",
      changed.code === 1 && changed.text.includes("seed is 1, not 2"),
      changed.text
    )

    console.log("a bucket, and no database")
    const alone = "s3://bucket/alone"
    const first = await hosts[0]!.spawn(
      process.execPath,
      [bin, "sweep", "sweep.json", "--workers", "1"],
      { cwd: machine(folder, "five", alone), env: { ...process.env, BATCH: "300" } }
    )
    const log = join(folder, "five/checkpoints/bucket/alone/trial-0000")
    await until("an epoch", () => epochsIn(log) > 0)
    const six = machine(folder, "six", alone)
    const second = holdfast(six, "sweep", "sweep.json", "--workers", "1")
    check("another machine meets its lock, and ends with 75", second.code === 75, second.text)
    for (const pid of hosts[0]!.processes()) send(pid, "SIGKILL")
    await first.ended
    const third = holdfast(six, "sweep", "sweep.json", "--workers", "1", "--force")
    check("with its records lost, another machine ends it", third.code === 0, third.text)
    const again = await digests(alone)
    check("with the same bits", String(again) === String(wanted), again)
    check(
      "and the same outcomes",
      readFileSync(join(six, "checkpoints/bucket/alone/outcomes.ndjson"), "utf8") === outcomes
    )
  } finally {
    moto.stop()
  }
}
