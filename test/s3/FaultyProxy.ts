import { createServer, request, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"

/** A service in front of another, which now and then fails, is slow, cuts the connection, or loses the answer. */
export interface FaultyProxy {
  readonly endpoint: string
  /** Which part of the requests meets each of the faults; 0: none does. */
  rate: number
  /** How often each has happened. */
  readonly counts: Record<"error" | "slow" | "cut" | "lost", number>
  readonly stop: () => void
}

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const pieces: Array<Buffer> = []
  for await (const piece of message) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

/** Starts one in front of the service on `port` of this machine. */
export const start = async (port: number, host = "127.0.0.1"): Promise<FaultyProxy> => {
  const counts = { error: 0, slow: 0, cut: 0, lost: 0 }
  let draws = 1
  // The same faults in each run of the tests, as far as requests come in the same order.
  const draw = () => (draws = (draws * 48_271) % 2_147_483_647) / 2_147_483_647
  const server = createServer((asked, answer) => {
    const serve = async () => {
      const body = await bodyOf(asked)
      const which = proxy.rate === 0 ? Infinity : draw() / proxy.rate
      const fault =
        which < 1 ? "error" : which < 2 ? "slow" : which < 3 ? "cut" : which < 4 ? "lost" : null
      if (fault !== null) counts[fault]++
      if (fault === "error")
        return void answer.writeHead(503).end("<Error><Code>SlowDown</Code></Error>")
      if (fault === "cut") return void asked.socket.destroy()
      if (fault === "slow") await new Promise((done) => setTimeout(done, 300))
      const { headers, method, url: path } = asked
      const forwarded = request({ host: "127.0.0.1", port, method, path, headers }, (found) => {
        if (fault === "lost") {
          found.resume()
          found.on("end", () => asked.socket.destroy())
          return
        }
        answer.writeHead(found.statusCode ?? 500, found.headers)
        found.pipe(answer)
      })
      forwarded.on("error", () => asked.socket.destroy())
      forwarded.end(body)
    }
    serve().catch(() => asked.socket.destroy())
  })
  await new Promise<void>((done) => server.listen(0, host, done))
  const proxy: FaultyProxy = {
    endpoint: `http://${host}:${(server.address() as AddressInfo).port}`,
    rate: 0,
    counts,
    stop: () => {
      server.closeAllConnections()
      server.close()
    }
  }
  return proxy
}
