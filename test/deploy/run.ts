/**
 * Runs the files of examples/deploying on what they are for: `npm run test:deploy`.
 *
 *   --only slurm,kubernetes,spot,systemd    some of it
 *
 * Needs, as root: slurm-wlm and munge, curl, systemd-analyze (Debian's systemd), and kubernetes-validate of
 * PyPI on the path, or in the environment that HOLDFAST_PYTHON is of.
 */
import { execFileSync, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { Slurm } from "./Slurm.js"

const { values: options } = parseArgs({
  options: { only: { type: "string", default: "kubernetes,systemd,spot,slurm" } }
})
const files = resolve("examples/deploying")
const folder = mkdtempSync(join(tmpdir(), "holdfast-deploy-"))
let passed = 0
let failed = 0

const check = (what: string, right: boolean, found: unknown = ""): void => {
  if (right) passed++
  else failed++
  console.log(`  ${right ? "right" : "WRONG"}  ${what}${right ? "" : `: ${JSON.stringify(found)}`}`)
}

const until = async (what: string, isTrue: () => boolean): Promise<void> => {
  const end = Date.now() + 600_000
  while (!isTrue()) {
    if (Date.now() > end) throw new Error(`not within ten minutes: ${what}`)
    await sleep(200)
  }
}

const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** A project whose `pipelines/speaker.ts` is a pipeline of the tests, which takes some seconds. */
const project = (name: string): string => {
  const at = join(folder, name)
  mkdirSync(join(at, "node_modules"), { recursive: true })
  mkdirSync(join(at, "pipelines"))
  symlinkSync(resolve("."), join(at, "node_modules/holdfast"))
  const pipeline = resolve("test/support/pipelines/blobs.ts")
  writeFileSync(
    join(at, "pipelines/speaker.ts"),
    `export { default } from ${JSON.stringify(pipeline)}\n`
  )
  const training = { num_epochs: 6, batch_size: 16, seed: 3, learning_rate: 0.01 }
  const config = { training: { ...training, checkpoint_dir: "checkpoints" }, model: {}, data: {} }
  writeFileSync(join(at, "config.json"), JSON.stringify(config))
  writeFileSync(join(at, "package.json"), JSON.stringify({ type: "module" }))
  return at
}

const latest = (at: string): string => join(at, "checkpoints/latest_checkpoint.safetensors")
const bin = ["node_modules/holdfast/dist/cli/bin.js", "run", "pipelines/speaker.ts"]

/** All tensors of a checkpoint, which follow its header. */
const digestOf = (checkpoint: string): string => {
  const bytes = readFileSync(checkpoint)
  const from = 8 + Number(bytes.readBigUInt64LE(0))
  return createHash("sha256").update(bytes.subarray(from)).digest("hex")
}

/** What the same run has at its end when nothing stops it. */
const undisturbed = (): string => {
  const at = project("undisturbed")
  execFileSync(process.execPath, [...bin, "--quiet"], { cwd: at })
  return digestOf(latest(at))
}

const kubernetes = (): void => {
  console.log("Kubernetes")
  const python = process.env["HOLDFAST_PYTHON"]
  const command =
    python === undefined ? "kubernetes-validate" : join(dirname(python), "kubernetes-validate")
  const said = execFileSync(command, ["--strict", join(files, "kubernetes.yaml")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"]
  })
  check("each resource is valid", true, said)
}

const systemd = (): void => {
  console.log("systemd")
  const unit = join(folder, "training.service")
  // The user and the folder are the reader's.
  const text = readFileSync(join(files, "training.service"), "utf8")
    .replace("User=training", "User=root")
    .replace("WorkingDirectory=/srv/training", `WorkingDirectory=${folder}`)
    .replace("/usr/bin/node", process.execPath)
  writeFileSync(unit, text)
  execFileSync("systemd-analyze", ["verify", unit], { stdio: "inherit" })
  check("systemd accepts the unit", true)
}

const spot = async (wanted: string): Promise<void> => {
  console.log("a spot instance")
  let isTakenAway = false
  const metadata = createServer((request, response) => {
    const hasToken = request.headers["x-aws-ec2-metadata-token"] === "token"
    if (request.method === "PUT") return response.end("token")
    response.statusCode = !hasToken ? 401 : isTakenAway ? 200 : 404
    return response.end()
  })
  await new Promise<void>((done) => metadata.listen(0, "127.0.0.1", done))
  const url = `http://127.0.0.1:${(metadata.address() as AddressInfo).port}`
  const at = project("spot")
  const start = () => {
    const child = spawn(
      join(files, "spot.sh"),
      [process.execPath, ...bin, "--json", "--requeue", "batch=100"],
      { cwd: at, env: { ...process.env, METADATA_URL: url }, stdio: ["ignore", "pipe", "inherit"] }
    )
    let out = ""
    child.stdout.on("data", (data) => (out += String(data)))
    const ended = new Promise<number | null>((done) => child.on("exit", done))
    return { ended, out: () => out }
  }
  const first = start()
  await until("a step on the spot instance", () => first.out().includes("StepFinished"))
  isTakenAway = true
  const code = await first.ended
  check("the notice stops the run, which asks to be run again", code === 75, code)
  check("it has saved", first.out().includes('"Interrupted"'), first.out().slice(-300))
  isTakenAway = false
  const second = start()
  check("the next instance finishes it", (await second.ended) === 0)
  check("with the same weights", digestOf(latest(at)) === wanted)
  metadata.close()
}

const slurm = async (wanted: string): Promise<void> => {
  console.log("Slurm")
  const cluster = await Slurm.start(join(folder, "slurm"))
  try {
    const at = project("slurm")
    const script = join(at, "slurm.sh")
    const text = readFileSync(join(files, "slurm.sh"), "utf8")
    writeFileSync(
      script,
      text.replace("speaker.ts --requeue", "speaker.ts --requeue --json batch=250")
    )
    const out = join(at, "out.txt")
    const job = cluster.submit(["--partition=low", `--output=${out}`, script], at)
    await until("a step of the job", () => read(out).includes("StepFinished"))
    const urgent = join(at, "urgent.sh")
    writeFileSync(urgent, "#!/bin/sh\nsleep 5\n")
    const other = cluster.submit(
      ["--partition=high", "--cpus-per-task=2", `--output=${at}/u`, urgent],
      at
    )
    await until("the urgent job", () => cluster.state(other) === "COMPLETED")
    check("a preempted run saves at once", read(out).includes('"Interrupted"'))
    check("and is queued again", cluster.restarts(job) === 1, cluster.restarts(job))
    // Slurm leaves two minutes between a job's end and its next start.
    await until(
      "the end of the job",
      () => !["PENDING", "RUNNING", "COMPLETING"].includes(cluster.state(job))
    )
    check("it ends as completed", cluster.state(job) === "COMPLETED", cluster.state(job))
    check("with the same weights", digestOf(latest(at)) === wanted)

    const next = project("cancelled")
    const said = join(next, "out.txt")
    const cancelled = cluster.submit(["--partition=low", `--output=${said}`, script], next)
    await until("a step of another job", () => read(said).includes("StepFinished"))
    cluster.cancel(cancelled)
    await until(
      "the end of a cancelled job",
      () => !["RUNNING", "COMPLETING"].includes(cluster.state(cancelled))
    )
    check("a cancelled job saves", read(said).includes('"Interrupted"'))
    check(
      "and is not queued again",
      cluster.state(cancelled) === "CANCELLED",
      cluster.state(cancelled)
    )
  } finally {
    cluster.stop()
  }
}

const wantedParts = new Set(options.only.split(","))
try {
  if (wantedParts.has("kubernetes")) kubernetes()
  if (wantedParts.has("systemd")) systemd()
  const digest = wantedParts.has("spot") || wantedParts.has("slurm") ? undisturbed() : ""
  if (wantedParts.has("spot")) await spot(digest)
  if (wantedParts.has("slurm")) await slurm(digest)
} catch (error) {
  check("runs to its end", false, String(error))
}
rmSync(folder, { recursive: true, force: true })
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)
