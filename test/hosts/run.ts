/**
 * A run survives the loss of its machine: `npm run test:hosts`. Two hosts, namespaces of this machine, train the
 * same run, one of them at a time: one is lost, paused, or cut off from the network, or the clocks of both are set
 * before it is lost; and the other continues.
 *
 *   HOLDFAST_PYTHON   a Python with moto[server], for the buckets (default: python3)
 *   --rounds N        how often each is tried (default: 3)
 *   --only kill,pause,unplug,clock
 *   --on folder,bucket,folder-mirror,bucket-mirror
 *   --timeout S       training.lock_timeout (default: 4)
 *   --timeline        says of each take-over where its time went, not only of those that take too long
 *
 * Needs, as root on Linux: util-linux, iproute2; and to set clocks libfaketime of Debian (faketime).
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import * as Moto from "../s3/Moto.js"
import * as Weights from "../s3/Weights.js"
import { Network, type Host } from "./Host.js"
import { HostTraining, stepOf } from "./HostTraining.js"

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "kill,pause,unplug,clock" },
    on: { type: "string", default: "folder,bucket,folder-mirror,bucket-mirror" },
    timeout: { type: "string", default: "4" },
    timeline: { type: "boolean", default: false }
  }
})
const lockTimeout = Number(options.timeout)
/** Seconds in which another host must have taken the run over. */
const bar = 10
const epochs = 60

let passed = 0
let failed = 0
const check = (what: string, right: boolean, found: unknown = ""): void => {
  if (right) passed++
  else failed++
  if (!right) console.log(`  WRONG  ${what}: ${String(found)}`)
}

const unavailable = Network.unavailable()
if (unavailable !== null) throw new Error(unavailable)
const folder = mkdtempSync(join(tmpdir(), "holdfast-hosts-"))
const network = Network.start()
const isNeeded = options.on.includes("bucket")
const port = 5000 + (process.pid % 10_000)
const moto = isNeeded ? Moto.start(port, network.address) : null
if (moto !== null) process.env["AWS_ENDPOINT_URL_S3"] = moto.endpoint
Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: "key",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_REGION: "us-east-1"
})
/** What a host trains, and where its checkpoints are. */
interface Place {
  readonly checkpoint_dir: string
  readonly checkpoint_mirror: string | null
}

const bin = resolve("dist/cli/bin.js")
const pipeline = resolve("test/support/pipelines/blobs.ts")

const libfaketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
const clockOf = (name: string): string => join(folder, `${name}.clock`)

/** Sets the clock of a host by so many seconds; the monotonic one, which nobody can set, stays. */
const setClock = (name: string, seconds: number): void =>
  writeFileSync(clockOf(name), `${seconds < 0 ? "" : "+"}${seconds}\n`)

/** What the processes of a host are started with, so that its clock can be set. */
const withClock = (name: string): NodeJS.ProcessEnv => {
  setClock(name, 0)
  return {
    ...process.env,
    LD_PRELOAD: libfaketime,
    FAKETIME_TIMESTAMP_FILE: clockOf(name),
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    FAKETIME_CACHE_DURATION: "1"
  }
}

/** Starts to train on a host; a batch takes so many milliseconds, which changes no weights. */
const train = (
  host: Host,
  place: Place,
  name: string,
  batch: number,
  env: NodeJS.ProcessEnv = process.env
): HostTraining => {
  const config = join(folder, `${name}.json`)
  const training = {
    ...place,
    save_interval: "3 steps",
    num_epochs: epochs,
    batch_size: 16,
    learning_rate: 0.01,
    seed: 3,
    lock_timeout: lockTimeout
  }
  writeFileSync(config, JSON.stringify({ training, model: {}, data: {} }))
  const args = [bin, "run", pipeline, `batch=${batch}`, "--config", config, "--json"]
  return new HostTraining(host, args, join(folder, name), env)
}

const until = async (what: string, isTrue: () => boolean, seconds = 120): Promise<void> => {
  const end = Date.now() + seconds * 1000
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`)
    await sleep(20)
  }
}

/** The places of both hosts: what they share, and what each has for itself. */
const places = (on: string, name: string): readonly [Place, Place] => {
  const shared = on.startsWith("folder") ? join(folder, "shared", name) : `s3://bucket/${name}`
  const one: Place = { checkpoint_dir: shared, checkpoint_mirror: null }
  if (!on.endsWith("mirror")) return [one, one]
  const local = (host: string): Place => ({
    checkpoint_dir: join(folder, "disks", host, name),
    checkpoint_mirror: shared
  })
  return [local("a"), local("b")]
}

/** Seconds from a disturbance to the first step elsewhere. */
interface Elapsed {
  readonly all: number
  /** Those in which the main thread of the other host waited for a processor of this machine. */
  readonly waited: number
}
const takeOvers = new Map<string, Array<Elapsed>>()
const stops: Array<number> = []

/** Where the time of a take-over went: what the other host did, and what Moto answered it. */
const timeline = (b: HostTraining, from: number, to: number): string => {
  const asked = (moto?.requests ?? [])
    .filter((one) => one.from === b.host.address)
    .map(({ begun, milliseconds, what }) => {
      const [path] = what.replace(/\/bucket\//, "").split("?")
      return [begun, `  ${path} ${milliseconds.toFixed(0)} ms`] as const
    })
  return [...b.moments(), ...asked]
    .filter(([time]) => time >= from - 5000 && time <= to)
    .toSorted(([one], [other]) => one - other)
    .map(([time, what]) => `    ${((time - from) / 1000).toFixed(2).padStart(6)} s ${what}`)
    .join("\n")
}

/** One host trains and is disturbed; the other is there all the time, and continues. */
const round = async (on: string, what: string, number: number, wanted: string): Promise<void> => {
  const name = `${on}-${what}-${number}`
  const [placeA, placeB] = places(on, name)
  const envOf = (host: string) => (what === "clock" ? withClock(`${name}-${host}`) : process.env)
  const a = train(await network.host(`a-${number}`), placeA, `${name}-a`, 40, envOf("a"))
  await until("a trains", () => a.steps().length > 20)
  const b = train(await network.host(`b-${number}`), placeB, `${name}-b`, 5, envOf("b"))
  try {
    // At any moment of what the other does: starting, waiting, ending with 75.
    await sleep(1000 + Math.floor(Math.random() * 4000))
    if (what === "clock") {
      const day = 86_400
      setClock(`${name}-a`, day)
      setClock(`${name}-b`, -day)
      await sleep(1000 + lockTimeout * 1000)
      setClock(`${name}-a`, -2 * day)
      setClock(`${name}-b`, 2 * day)
      await sleep(1500)
      check(`${name}: a keeps its lock`, a.codes.length === 0 && b.steps().length === 0, a.codes)
    }
    const before = Date.now()
    const first = a.current
    const reached = Math.max(0, ...a.steps().map(stepOf))
    const waitedBefore = b.waited()
    a.isOver = true
    if (what === "kill" || what === "clock") await a.host.kill()
    if (what === "pause") a.host.pause()
    if (what === "unplug") a.host.plug(false)
    // Its first step shows that it has the run.
    let waited = 0
    await until(
      "b continues",
      () => {
        waited = b.waited() - waitedBefore
        return b.steps().length > 0
      },
      60
    )
    const step = b.steps()[0]!
    const at = what === "clock" ? Date.now() : Date.parse(step.time)
    const all = (at - before) / 1000
    const kept = takeOvers.get(`${on}, ${what}`) ?? []
    kept.push({ all, waited })
    takeOvers.set(`${on}, ${what}`, kept)
    // What a busy machine takes from it would be there on a machine of its own.
    const ours = all - waited
    check(`${name}: b trains within ${bar} s`, ours <= bar, `${all} s, ${waited} s of it waiting`)
    if (options.timeline || all > bar) console.log(timeline(b, before, at))
    const resumed = stepOf(step)
    check(
      `${name}: b continues where a was`,
      resumed > 0 && resumed <= reached + 5,
      `${resumed}, ${reached}`
    )
    if (what === "pause") {
      await sleep(1000)
      a.host.wake()
      const code = await first.ended
      check(
        `${name}: a ends with 75 when it wakes`,
        code === 75,
        `${code} ${a.output().slice(-400)}`
      )
    }
    if (what === "unplug") {
      const code = await first.ended
      // It trained until it stopped itself.
      const last = Math.max(before, ...a.steps().map(({ time }) => Date.parse(time)))
      stops.push((last - before) / 1000)
      check(`${name}: a ends with 75`, code === 75, `${code} ${a.output().slice(-400)}`)
      check(
        `${name}: a has stopped before its lease is over`,
        last - before <= lockTimeout * 1000,
        (last - before) / 1000
      )
    }
    await until("b ends", () => b.codes.some((code) => code !== 75), 300)
    check(`${name}: b ends`, b.codes.at(-1) === 0, `${b.codes} ${b.output().slice(-400)}`)
    const found = await Weights.digestAt(placeB.checkpoint_dir)
    check(`${name}: with the weights of an undisturbed run`, found === wanted, found)
    if (placeB.checkpoint_mirror !== null) {
      const there = await Weights.digestAt(placeB.checkpoint_mirror)
      check(`${name}: in the mirror, too`, there === wanted, there)
    }
    const busy = `${waited.toFixed(1)} s of them waiting for a processor`
    console.log(`${name}: ${all.toFixed(1)} s, ${busy}; b was refused ${b.codes.length - 1} times`)
  } catch (error) {
    check(name, false, `${String(error)}\n${a.output().slice(-500)}\n${b.output().slice(-500)}`)
  } finally {
    a.isOver = b.isOver = true
    a.host.wake()
    await Promise.all([a.host.kill(), b.host.kill()])
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    moto?.stop()
    void network.stop().then(() => process.exit(1))
  })
}

const median = (numbers: ReadonlyArray<number>): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN

const range = (numbers: ReadonlyArray<number>): string =>
  `${Math.min(...numbers).toFixed(1)} to ${Math.max(...numbers).toFixed(1)}`

try {
  await moto?.ready()
  const undisturbed: Place = {
    checkpoint_dir: join(folder, "undisturbed"),
    checkpoint_mirror: null
  }
  const alone = train(await network.host("alone"), undisturbed, "alone", 5)
  await alone.ended
  check("an undisturbed run ends", alone.codes.at(-1) === 0, alone.output().slice(-400))
  const wanted = await Weights.digestAt(undisturbed.checkpoint_dir)
  await alone.host.kill()

  let number = 0
  for (const on of options.on.split(",")) {
    for (const what of options.only.split(",")) {
      // A shared folder is not cut off with the network here.
      if (what === "unplug" && !on.startsWith("bucket")) continue
      if (what === "clock" && !existsSync(libfaketime)) {
        console.log(`no clock is set: there is no ${libfaketime}`)
        continue
      }
      for (let i = 0; i < Number(options.rounds); i++) await round(on, what, ++number, wanted)
    }
  }
  console.log(
    `seconds from the disturbance to the first step elsewhere, lock_timeout ${lockTimeout}; in brackets without those of waiting for a processor:`
  )
  for (const [what, rounds] of takeOvers) {
    const all = rounds.map((one) => one.all)
    const ours = rounds.map((one) => one.all - one.waited)
    console.log(
      `  ${what}, ${rounds.length} rounds: ${range(all)} (${range(ours)}), median ${median(all).toFixed(1)} (${median(ours).toFixed(1)})`
    )
  }
  if (stops.length > 0) {
    console.log(
      `seconds that a host trains on without its bucket: most ${Math.max(...stops).toFixed(1)}`
    )
  }
} finally {
  moto?.stop()
  await network.stop()
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)
