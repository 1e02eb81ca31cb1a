import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process"
import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"

/** A process on a host. */
export interface HostProcess {
  /** Its id as this machine sees it. */
  readonly pid: number
  readonly host: Host
  /** The exit code, or 128 plus the number of the signal that ended it. */
  readonly ended: Promise<number>
  /** What it has written to standard output and standard error so far. */
  readonly output: () => string
  readonly signal: (signal: NodeJS.Signals) => void
}

/** What to know of a process before it starts. */
export interface SpawnOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/** The children of a process; none where it has ended. */
export const childrenOf = (pid: number): ReadonlyArray<number> => {
  try {
    const names = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    return names.split(" ").filter(Boolean).map(Number)
  } catch {
    return []
  }
}

const childOf = async (pid: number): Promise<number> => {
  for (let tries = 0; tries < 1000; tries++) {
    const [child] = childrenOf(pid)
    if (child !== undefined) return child
    await sleep(10)
  }
  throw new Error(`process ${pid} has started no other within ten seconds`)
}

const isMissing = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

/** Sends a signal; a process that has ended meanwhile does not matter. */
export const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended.
  }
}

/**
 * A machine of its own, as far as a process can see: with a name, process ids and a network of its own. It
 * shares the files of this machine, as machines share a folder on a network, and its clock.
 */
export class Host {
  /** The processes of this machine that wait for those on the host. */
  private readonly waiting = new Set<number>()

  private constructor(
    readonly name: string,
    /** Its address; that of this machine is `network.address`. */
    readonly address: string,
    private readonly init: number,
    private readonly cable: string
  ) {}

  static async start(network: Network, name: string, number: number): Promise<Host> {
    const own = ["--uts", "--net", "--pid", "--mount-proc", "--fork", "--kill-child"]
    const script = `hostname ${name} && ip link set lo up && exec sleep infinity`
    const outer = spawn("unshare", [...own, "sh", "-c", script], {
      detached: true,
      stdio: "ignore"
    })
    const init = await childOf(outer.pid!)
    const cable = `${network.bridge}h${number}`
    const address = `${network.prefix}.${10 + number}`
    const inside = (...command: ReadonlyArray<string>) =>
      execFileSync("nsenter", ["--target", `${init}`, "--net", ...command])
    execFileSync("ip", [
      "link",
      "add",
      cable,
      "type",
      "veth",
      "peer",
      "name",
      "eth0",
      "netns",
      `${init}`
    ])
    execFileSync("ip", ["link", "set", cable, "master", network.bridge, "up"])
    inside("ip", "address", "add", `${address}/24`, "dev", "eth0")
    inside("ip", "link", "set", "eth0", "up")
    return new Host(name, address, init, cable)
  }

  /** Starts a process on this host, in a session of its own. */
  async spawn(
    command: string,
    args: ReadonlyArray<string>,
    { cwd, env }: SpawnOptions = {}
  ): Promise<HostProcess> {
    const spaces = ["--target", `${this.init}`, "--uts", "--net", "--pid", "--mount"]
    // A mount namespace has a working directory of its own.
    const at = cwd === undefined ? [] : [`--wd=${cwd}`]
    const outer = spawn("nsenter", [...spaces, ...at, "setsid", command, ...args], {
      env: env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"]
    })
    this.waiting.add(outer.pid!)
    outer.on("exit", () => this.waiting.delete(outer.pid!))
    let output = ""
    outer.stdout.on("data", (data) => (output += String(data)))
    outer.stderr.on("data", (data) => (output += String(data)))
    const ended = exitCode(outer)
    const pid = await Promise.race([childOf(outer.pid!), ended.then(() => outer.pid!)])
    return {
      pid,
      host: this,
      ended,
      output: () => output,
      signal: (signal) => send(pid, signal)
    }
  }

  /** The processes of this host, as this machine sees them, without the first. */
  processes(): ReadonlyArray<number> {
    const own = namespaceOf(this.init)
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== this.init && own !== null && namespaceOf(pid) === own)
  }

  /** The machine is lost, with everything that runs on it. */
  async kill(): Promise<void> {
    send(this.init, "SIGKILL")
    while (!isMissing(this.init)) await sleep(5)
  }

  /** Pauses everything on the machine until `wake`. */
  pause(): void {
    for (const pid of this.processes()) send(pid, "SIGSTOP")
  }

  wake(): void {
    // nsenter stops with the process that it waits for.
    for (const pid of [...this.waiting, ...this.processes()]) send(pid, "SIGCONT")
  }

  /** Pulls out the machine's network cable, or plugs it in again. */
  plug(isIn: boolean): void {
    spawnSync("ip", ["link", "set", this.cable, isIn ? "up" : "down"])
  }
}

const namespaceOf = (pid: number): string | null => {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return null
  }
}

const exitCode = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    const numbers: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }
    child.on("exit", (code, signal) => resolve(code ?? 128 + (numbers[signal!] ?? 0)))
  })

/** A network of hosts, with this machine on it, so that a server here can be reached. */
export class Network {
  private hosts: Array<Host> = []
  private count = 0

  private constructor(
    readonly bridge: string,
    readonly prefix: string
  ) {}

  /** Why this machine cannot have such hosts; null if it can. */
  static unavailable(): string | null {
    if (process.platform !== "linux") return "hosts are namespaces of Linux"
    if (process.getuid?.() !== 0) return "hosts are namespaces, which only root may make"
    const tried = spawnSync("unshare", [
      "--uts",
      "--net",
      "--pid",
      "--mount-proc",
      "--fork",
      "ip",
      "link"
    ])
    return tried.status === 0
      ? null
      : `unshare or ip (util-linux, iproute2) failed: ${String(tried.error ?? tried.stderr)}`
  }

  static start(): Network {
    // By the process, so that two tests at once have networks of their own.
    const number = process.pid % 65_536
    const network = new Network(
      `hf${number}`,
      `100.${64 + (Math.floor(number / 256) % 64)}.${number % 256}`
    )
    // With an address of its own: else it has that of one of its cables, and another one when that host is lost,
    // which the others would not notice for half a minute (their ARP entries live as long).
    execFileSync("ip", [
      "link",
      "add",
      network.bridge,
      "address",
      "02:00:00:00:00:01",
      "type",
      "bridge"
    ])
    execFileSync("ip", ["address", "add", `${network.address}/24`, "dev", network.bridge])
    execFileSync("ip", ["link", "set", network.bridge, "up"])
    return network
  }

  /** The address of this machine. */
  get address(): string {
    return `${this.prefix}.1`
  }

  async host(name: string): Promise<Host> {
    const host = await Host.start(this, name, ++this.count)
    this.hosts.push(host)
    return host
  }

  /** Ends all hosts, and removes the network. */
  async stop(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.kill()))
    spawnSync("ip", ["link", "delete", this.bridge])
  }
}
