import { spawn } from "node:child_process"
import { setTimeout as sleep } from "node:timers/promises"

/** A service of buckets, of the Python that HOLDFAST_PYTHON names, which has moto[server]. */
export interface Moto {
  readonly endpoint: string
  /** Makes `s3://bucket`, as soon as the service answers. */
  readonly ready: () => Promise<void>
  readonly stop: () => void
}

/** Starts one on a port of this machine. */
export const start = (port: number, host = "127.0.0.1"): Moto => {
  const endpoint = `http://${host}:${port}`
  const python = process.env["HOLDFAST_PYTHON"] ?? "python3"
  const program = "from moto.server import main; main()"
  const child = spawn(python, ["-c", program, "-H", host, "-p", String(port)], { stdio: "ignore" })
  return {
    endpoint,
    ready: async () => {
      for (;;) {
        const isUp = await fetch(`${endpoint}/bucket`, { method: "PUT" }).then(
          ({ ok }) => ok,
          () => false
        )
        if (isUp) return
        if (child.exitCode !== null) throw new Error(`${python} has no moto[server]`)
        await sleep(200)
      }
    },
    stop: () => void child.kill()
  }
}
