import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import * as UrlStorage from "../../../src/checkpointing/store/UrlStorage.js"
import * as NodePlatform from "../../../src/io/NodePlatform.js"
import { Definition } from "../../../src/sweep/Definition.js"
import * as Database from "../../../src/sweep/postgres/Database.js"
import { submit } from "../../../src/sweep/postgres/Submit.js"
import * as SweepFolder from "../../../src/sweep/SweepFolder.js"
import { childrenOf, send, type Host, type HostProcess, type Network } from "../../hosts/Host.js"
import type { Postgres } from "../../hosts/Postgres.js"

const services = Layer.provideMerge(UrlStorage.layer, NodePlatform.layer)

import { repeatedIn, stepsFile } from "./Repeated.js"

type Check = (what: string, right: boolean, found?: unknown) => void

interface Setting {
  readonly folder: string
  readonly network: Network
  readonly server: Postgres
  readonly seed: number
  readonly check: Check
}

const trials = 6
const epochs = 8
const libfaketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"

/** An event of a worker, and when it was seen here, whatever the clock of its host. */
interface Seen {
  readonly at: number
  readonly host: string
  readonly event: string
  readonly trial?: number
  readonly pid?: number
}

/** A worker on a host, and what it has printed so far. */
class Worker {
  readonly seen: Array<Seen> = []
  hasEnded = false
  private read = 0
  private readonly timer = setInterval(() => this.look(), 10)

  constructor(
    readonly host: Host,
    readonly process: HostProcess
  ) {
    const end = async (): Promise<void> => {
      await process.ended
      this.hasEnded = true
      setTimeout(() => clearInterval(this.timer), 200)
    }
    void end()
  }

  private look(): void {
    const text = this.process.output()
    const end = text.lastIndexOf("\n") + 1
    for (const line of text.slice(this.read, end).split("\n").filter(Boolean)) {
      if (!line.startsWith("{")) continue
      const event = JSON.parse(line) as Omit<Seen, "at" | "host">
      this.seen.push({ ...event, at: performance.now(), host: this.host.name })
    }
    this.read = end
  }

  /** The trial that it trains now. */
  get active(): Seen | null {
    let active: Seen | null = null
    for (const one of this.seen) {
      if (one.event === "Started") active = one
      else if (one.trial !== undefined && one.trial === active?.trial) active = null
    }
    return active
  }
}

/** Disturbs sweeps over three hosts, and compares each of their trials with an undisturbed one. */
export class Rounds {
  private workers: Array<Worker> = []
  private everyone: Array<Worker> = []
  private readonly tookOver: Array<{ what: string; seconds: number }> = []
  private readonly counts = new Map<string, number>()
  /** Of each process that resumed a trial, how many steps it repeated. */
  private readonly repeated: Array<number> = []
  private readonly tooEarly: Array<string> = []
  private ended = 0
  private sweeps = 0
  private wrong: Array<string> = []
  private rng: () => number
  private url = ""

  private constructor(
    private readonly setting: Setting,
    private readonly hosts: ReadonlyArray<Host>,
    private readonly digests: ReadonlyArray<string>
  ) {
    let state = setting.seed
    // mulberry32
    this.rng = () => {
      state = (state + 0x6d2b79f5) | 0
      let z = Math.imul(state ^ (state >>> 15), 1 | state)
      z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z
      return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32
    }
  }

  static async start(setting: Setting): Promise<Rounds> {
    console.log("an undisturbed sweep")
    const hosts: Array<Host> = []
    for (const name of ["host-a", "host-b", "host-c"]) {
      hosts.push(await setting.network.host(name))
      writeFileSync(join(setting.folder, `${name}.clock`), "+0")
    }
    const calm = new Rounds(setting, hosts, [])
    calm.url = setting.server.createDatabase("calm")
    await calm.submit("calm")
    const worker = await calm.work(hosts[0]!, ["--workers", "2", "--exit-when-done"], 0)
    setting.check("ends with 0", (await worker.process.ended) === 0, worker.process.output())
    const digests = calm.digestsOf("calm")
    setting.check("trains every trial to its end", !digests.includes("missing"), digests)
    const rounds = new Rounds(setting, hosts, digests)
    rounds.url = setting.server.createDatabase("rounds")
    return rounds
  }

  /** Disturbs until there were so many disturbances. */
  async run(rounds: number, minutes: number): Promise<void> {
    const end = performance.now() + minutes * 60_000
    this.workers = []
    for (const host of this.hosts) this.workers.push(await this.work(host))
    let done = 0
    while (done < rounds && performance.now() < end) {
      const name = `sweep-${this.sweeps++}`
      await this.submit(name)
      while (!this.isFinished(name)) {
        await this.restart()
        if (done < rounds && performance.now() < end && (await this.disturb(done + 1))) done++
        else await sleep(200)
      }
      await this.compare(name)
    }
    for (const { process } of this.workers) process.signal("SIGTERM")
    const codes = await Promise.all(this.workers.map(({ process }) => process.ended))
    this.setting.check(
      "SIGTERM ends workers with 143",
      codes.every((code) => code === 143),
      codes
    )
  }

  /** Starts a worker again that has ended, as a service manager does. */
  private async restart(): Promise<void> {
    for (const [i, worker] of this.workers.entries()) {
      if (!worker.hasEnded) continue
      console.log(`    ${worker.host.name} ended with ${await worker.process.ended}`)
      this.workers[i] = await this.work(worker.host)
    }
  }

  async report(): Promise<void> {
    const { check } = this.setting
    console.log([...this.counts].map(([what, count]) => `    ${count} × ${what}`).join("\n"))
    const seconds = this.tookOver.map((one) => one.seconds).toSorted((a, b) => a - b)
    const most = seconds.at(-1) ?? 0
    const median = seconds[Math.floor(seconds.length / 2)] ?? 0
    console.log(
      `    ${this.sweeps} sweeps, ${this.ended} trials ended; ${seconds.length} times a trial was started elsewhere, ` +
        `after ${median.toFixed(2)} s in the median and ${most.toFixed(2)} s at most`
    )
    const repeated = this.repeated.toSorted((a, b) => a - b)
    const all = repeated.reduce((sum, steps) => sum + steps, 0)
    console.log(
      `    ${repeated.length} times a trial was resumed: ${all} steps repeated, ` +
        `${repeated[Math.floor(repeated.length / 2)]} in the median and ${repeated.at(-1)} at most, ` +
        `of ${this.ended * this.stepsOf()} steps in all, ${this.stepsOf() / epochs} an epoch, saved after each`
    )
    check(
      "every trial resumed from its last save or later",
      repeated.length > 0 && this.tooEarly.length === 0,
      this.tooEarly.join("; ") || "no trial was resumed"
    )
    check(
      "every trial ended once, with the bits of an undisturbed one",
      this.wrong.length === 0,
      this.wrong.join("; ")
    )
    check(
      "a lost trial is started elsewhere within ten seconds",
      most <= 10,
      JSON.stringify(this.tookOver.filter((one) => one.seconds > 10))
    )
  }

  /** The steps of a trial, by the undisturbed one. */
  private stepsOf(): number {
    const file = join(SweepFolder.trialFolder(this.folderOf("calm"), 0), stepsFile)
    return readFileSync(file, "utf8").trim().split("\n").length - 1
  }

  private folderOf(name: string): string {
    return join(this.setting.folder, "sweeps", name)
  }

  private async submit(name: string): Promise<void> {
    const folder = this.folderOf(name)
    mkdirSync(folder, { recursive: true })
    const training = { num_epochs: epochs, batch_size: 16, seed: 3, save_interval: 1 }
    const definition = Schema.decodeUnknownSync(Definition)({
      version: 1,
      name,
      metric: "val_loss",
      mode: "min",
      space: { "training.learning_rate": { kind: "log_uniform", low: 1e-3, high: 1e-1 } },
      search: { name: "random" },
      scheduler: { name: "none" },
      trials,
      // One host of the three is free for what another loses.
      parallel: 2,
      seed: 1,
      pipeline: resolve("test/sweep/hosts/pipeline.ts"),
      config: { training, model: {}, data: {} },
      epochs,
      backend: "wasm",
      started_at: new Date().toISOString()
    })
    await Effect.gen(this, function* () {
      yield* SweepFolder.writeDefinition(folder, definition)
      const database = yield* Database.connect(this.url)
      const recorded = { tickets: [], outcomes: [] }
      yield* submit(database, { definition, folder, recorded }, 7000)
    }).pipe(Effect.scoped, Effect.provide(services), Effect.runPromise)
  }

  private async work(
    host: Host,
    options: ReadonlyArray<string> = [],
    batch = 350
  ): Promise<Worker> {
    const clock = {
      LD_PRELOAD: libfaketime,
      FAKETIME_TIMESTAMP_FILE: join(this.setting.folder, `${host.name}.clock`),
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      FAKETIME_CACHE_DURATION: "1"
    }
    const env = { ...process.env, BATCH: `${batch}`, ...(existsSync(libfaketime) ? clock : {}) }
    const words = ["worker", "--database", this.url, "--json", ...options]
    const bin = resolve("dist/cli/bin.js")
    const started = await host.spawn(process.execPath, [bin, ...words], { env, cwd: resolve(".") })
    const worker = new Worker(host, started)
    this.everyone.push(worker)
    return worker
  }

  private isFinished(name: string): boolean {
    try {
      const found = this.setting.server.query(
        "rounds",
        `select state from holdfast.sweep where name = '${name}'`
      )
      return found === "finished"
    } catch {
      return false
    }
  }

  private digestsOf(name: string): ReadonlyArray<string> {
    return Array.from({ length: trials }, (_, trial) => {
      const folder = SweepFolder.trialFolder(this.folderOf(name), trial)
      const last = join(folder, `epoch-${String(epochs).padStart(4, "0")}-step-000000.safetensors`)
      if (!existsSync(last)) return "missing"
      const bytes = readFileSync(last)
      const from = 8 + Number(bytes.readBigUInt64LE(0))
      return createHash("sha256").update(bytes.subarray(from)).digest("hex")
    })
  }

  private async compare(name: string): Promise<void> {
    await sleep(300)
    const wrong = (what: string): void => {
      this.wrong.push(`${name}: ${what}`)
      console.log(`  WRONG ${name}: ${what}`)
    }
    const digests = this.digestsOf(name)
    digests.forEach((digest, trial) => {
      if (digest !== this.digests[trial]) wrong(`trial ${trial} has other bits (${digest})`)
    })
    const outcomes = readFileSync(join(this.folderOf(name), "outcomes.ndjson"), "utf8")
    const calm = readFileSync(join(this.folderOf("calm"), "outcomes.ndjson"), "utf8")
    if (outcomes !== calm) wrong(`other outcomes: ${outcomes}`)
    const rows = this.setting.server.query(
      "rounds",
      `select count(*), count(distinct number) from holdfast.outcome where sweep = '${name}'`
    )
    if (rows !== `${trials}|${trials}`) wrong(`outcomes ${rows}`)
    for (let trial = 0; trial < trials; trial++) {
      const { steps, tooEarly } = repeatedIn(SweepFolder.trialFolder(this.folderOf(name), trial))
      this.repeated.push(...steps)
      this.tooEarly.push(...tooEarly.map((what) => `${name}, trial ${trial}: ${what}`))
    }
    this.ended += trials
  }

  private pick<A>(all: ReadonlyArray<A>): A {
    return all[Math.floor(this.rng() * all.length)]!
  }

  /** Disturbs a worker that trains, or the database; false where none trains at the moment. */
  private async disturb(round: number): Promise<boolean> {
    await sleep(1500 + this.rng() * 2500)
    // Nobody could take a trial over while the worker that is free still starts.
    if (!this.workers.every(({ seen }) => seen.some(({ event }) => event === "Ready"))) return false
    const busy = this.workers.filter(({ active }) => active !== null)
    if (busy.length === 0) return false
    const worker = this.pick(busy)
    const { host } = worker
    const { pid, trial } = worker.active!
    const { server } = this.setting
    const at = performance.now()
    /** Waits until the trial is started elsewhere, or has ended. */
    const elsewhere = async (what: string, limit = 30_000): Promise<void> => {
      for (;;) {
        const all = this.everyone.flatMap((one) => one.seen)
        const after = all.filter((one) => one.at > at && one.trial === trial)
        const started = after.find((one) => one.event === "Started")
        if (started !== undefined) {
          const seconds = (started.at - at) / 1000
          this.tookOver.push({ what, seconds })
          console.log(`    ${round}: ${what}: on ${started.host} after ${seconds.toFixed(2)} s`)
          return
        }
        if (after.some((one) => one.event === "Completed")) return
        if (performance.now() - at > limit) {
          this.wrong.push(`round ${round}: ${what}: trial ${trial} is not started elsewhere`)
          console.log(`  WRONG ${round}: ${what}: not started elsewhere in ${limit} ms`)
          return
        }
        await sleep(20)
      }
    }
    const again = async (): Promise<void> => {
      this.workers = this.workers.map((one) => (one === worker ? null! : one)).filter(Boolean)
      this.workers.push(await this.work(host))
    }
    const disturbances: Readonly<Record<string, () => Promise<void>>> = {
      "a host's processes killed (-9)": async () => {
        for (const one of host.processes()) send(one, "SIGKILL")
        await elsewhere("a host killed")
        await again()
      },
      "a worker killed (-9), its child left": async () => {
        worker.process.signal("SIGKILL")
        await elsewhere("a worker killed")
        await again()
      },
      "a trial's process killed (-9)": async () => {
        for (const one of childrenOf(worker.process.pid)) send(one, "SIGKILL")
        await sleep(1000)
      },
      "a host paused (SIGSTOP) for 4 s": async () => {
        host.pause()
        await sleep(4000)
        host.wake()
      },
      "a host paused (SIGSTOP) for 30 s": async () => {
        host.pause()
        await elsewhere("a host paused")
        await sleep(Math.max(0, 30_000 - (performance.now() - at)))
        host.wake()
      },
      "a worker paused (SIGSTOP) for 12 s, its child not": async () => {
        worker.process.signal("SIGSTOP")
        await elsewhere("a worker paused")
        await sleep(Math.max(0, 12_000 - (performance.now() - at)))
        host.wake()
      },
      "a host off the network for 12 s": async () => {
        host.plug(false)
        await elsewhere("a host off the network")
        await sleep(Math.max(0, 12_000 - (performance.now() - at)))
        host.plug(true)
      },
      "PostgreSQL restarted": async () => {
        server.stop("fast")
        server.start()
      },
      "PostgreSQL crashed": async () => {
        server.stop("immediate")
        await sleep(1000)
        server.start()
      },
      "PostgreSQL paused (SIGSTOP) for 5 s": async () => {
        server.pause()
        await sleep(5000)
        server.wake()
      },
      "PostgreSQL paused (SIGSTOP) for 15 s": async () => {
        server.pause()
        await sleep(15_000)
        server.wake()
      },
      "a worker told to end (SIGTERM)": async () => {
        worker.process.signal("SIGTERM")
        await elsewhere("a worker told to end")
        const code = await worker.process.ended
        if (code !== 143) this.wrong.push(`round ${round}: SIGTERM gave ${code}`)
        await again()
      },
      "a host's clock an hour ahead": () => this.setClock(host, 3600),
      "a host's clock an hour back": () => this.setClock(host, -3600)
    }
    const names = Object.keys(disturbances).filter(
      (name) => !name.includes("clock") || existsSync(libfaketime)
    )
    const what = this.pick(names)
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
    console.log(`    ${round}: ${what} (${host.name}, trial ${trial}, ${pid})`)
    await disturbances[what]!()
    return true
  }

  private async setClock(host: Host, by: number): Promise<void> {
    const file = join(this.setting.folder, `${host.name}.clock`)
    const now = Number(readFileSync(file, "utf8")) + by
    writeFileSync(file, `${now < 0 ? "" : "+"}${now}`)
    await sleep(2000)
  }
}
