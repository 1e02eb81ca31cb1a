import { execFileSync, spawnSync } from "node:child_process"
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { childrenOf, send } from "./Host.js"

/** A server of PostgreSQL in a folder of its own, as Debian's package has it. */
export class Postgres {
  private constructor(
    private readonly folder: string,
    private readonly port: number,
    readonly address: string
  ) {}

  private static bin(): string | null {
    const versions = "/usr/lib/postgresql"
    if (!existsSync(versions)) return null
    const newest = readdirSync(versions).toSorted((a, b) => Number(b) - Number(a))[0]
    return newest === undefined ? null : join(versions, newest, "bin")
  }

  /** Why this machine cannot run one; null if it can. */
  static unavailable(): string | null {
    return Postgres.bin() === null
      ? "PostgreSQL is not installed: apt-get install postgresql"
      : spawnSync("id", ["postgres"]).status === 0
        ? null
        : "there is no user postgres"
  }

  /** Starts a server that answers on `address` of this machine. */
  static start(folder: string, address: string, port = 55_000 + (process.pid % 10_000)): Postgres {
    mkdirSync(folder, { recursive: true })
    chownSync(folder, Number(execFileSync("id", ["-u", "postgres"])), -1)
    const server = new Postgres(folder, port, address)
    server.run("initdb", ["-D", server.data, "-A", "trust", "-U", "postgres", "-N"])
    // Any host of the network may connect.
    execFileSync("sh", [
      "-c",
      `echo "host all all 0.0.0.0/0 trust" >> ${join(server.data, "pg_hba.conf")}`
    ])
    server.start()
    return server
  }

  /** The address of a database, for clients on any host. */
  url(database = "postgres"): string {
    return `postgres://postgres:secret@${this.address}:${this.port}/${database}`
  }

  createDatabase(name: string): string {
    this.run("createdb", ["-h", this.folder, "-p", `${this.port}`, "-U", "postgres", name])
    return this.url(name)
  }

  query(database: string, text: string): string {
    const where = ["-h", this.folder, "-p", `${this.port}`, "-U", "postgres", "-d", database]
    return execFileSync("psql", [...where, "-At", "-c", text], { encoding: "utf8" }).trim()
  }

  start(): void {
    const options = `-p ${this.port} -k ${this.folder} -c listen_addresses=${this.address} -c fsync=off`
    const log = join(this.folder, "log")
    this.run("pg_ctl", ["-D", this.data, "-o", options, "-l", log, "-w", "start"])
  }

  /** "immediate": as by a crash. */
  stop(mode: "fast" | "immediate" = "fast"): void {
    this.run("pg_ctl", ["-D", this.data, "-m", mode, "-w", "stop"])
  }

  /** Pauses the server and all of its processes. */
  pause(): void {
    this.signal("SIGSTOP")
  }

  wake(): void {
    this.signal("SIGCONT")
  }

  private get data(): string {
    return join(this.folder, "data")
  }

  private signal(signal: NodeJS.Signals): void {
    const first = Number(readFileSync(join(this.data, "postmaster.pid"), "utf8").split("\n")[0])
    // The first one starts the others: it stops first, and wakes last.
    const all = [first, ...childrenOf(first)]
    for (const pid of signal === "SIGSTOP" ? all : all.toReversed()) send(pid, signal)
  }

  private run(program: string, args: ReadonlyArray<string>): void {
    execFileSync("runuser", ["-u", "postgres", "--", join(Postgres.bin()!, program), ...args], {
      cwd: "/tmp",
      stdio: ["ignore", "ignore", "pipe"]
    })
  }
}
