import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"

/** A request that has been answered. */
export interface MotoRequest {
  /** The address that it came from. */
  readonly from: string
  /** When it began, in milliseconds since 1970. */
  readonly begun: number
  readonly milliseconds: number
  /** Method and address. */
  readonly what: string
}

/** A service of buckets, of the Python that HOLDFAST_PYTHON names, which has moto[server]. */
export interface Moto {
  readonly endpoint: string
  /** Makes `s3://bucket`, as soon as the service answers. */
  readonly ready: () => Promise<void>
  /** The requests so far. */
  readonly requests: ReadonlyArray<MotoRequest>
  readonly stop: () => void
}

/** Moto, which writes a line of JSON when it has answered a request. */
const program = `
import json, sys, time
from werkzeug.serving import WSGIRequestHandler
serve = WSGIRequestHandler.run_wsgi
def timed(self):
    begun = time.time()
    try:
        serve(self)
    finally:
        line = {"from": self.client_address[0], "begun": begun * 1000,
                "milliseconds": (time.time() - begun) * 1000, "what": self.command + " " + self.path}
        sys.stdout.write(json.dumps(line) + "\\n")
        sys.stdout.flush()
WSGIRequestHandler.run_wsgi = timed
from moto.server import main
main()
`

/** Starts one on a port of this machine. */
export const start = (port: number, host = "127.0.0.1"): Moto => {
  const endpoint = `http://${host}:${port}`
  const python = process.env["HOLDFAST_PYTHON"] ?? "python3"
  const child = spawn(python, ["-c", program, "-H", host, "-p", String(port)], {
    stdio: ["ignore", "pipe", "ignore"]
  })
  const requests: Array<MotoRequest> = []
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) requests.push(JSON.parse(line) as MotoRequest)
  })
  return {
    endpoint,
    requests,
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
