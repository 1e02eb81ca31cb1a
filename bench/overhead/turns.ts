import { connect, createServer, type Socket } from "node:net"
import { createInterface } from "node:readline"

/** How long a turn took, by the clock and in processor time, in microseconds. */
export interface Time {
  readonly wall: number
  readonly processor: number
}

/** A process that does its work whenever it is its turn. */
export interface Player {
  readonly turn: () => Promise<Time>
  readonly dismiss: () => void
}

const linesOf = (socket: Socket) => createInterface(socket)[Symbol.asyncIterator]()

/** Waits at the socket `path` for the process that `start` starts to join. */
export const invite = (path: string, start: () => void): Promise<Player> =>
  new Promise((resolve) => {
    const server = createServer((socket) => {
      server.close()
      const lines = linesOf(socket)
      const turn = async () => {
        socket.write("go\n")
        const { done, value } = await lines.next()
        if (done === true) throw new Error("a process has ended in its turn")
        return JSON.parse(value) as Time
      }
      resolve({ turn, dismiss: () => socket.end() })
    })
    server.listen(path, start)
  })

/**
 * Joins at the socket `path`: gives what waits for the next turn, which gives what ends it. The
 * process ends with the one that gives the turns.
 */
export const join = (path: string) => {
  const socket = connect(path)
  const lines = linesOf(socket)
  return async () => {
    if ((await lines.next()).done === true) process.exit()
    const started = performance.now()
    const before = process.cpuUsage()
    return (): void => {
      const wall = 1000 * (performance.now() - started)
      const { system, user } = process.cpuUsage(before)
      socket.write(`${JSON.stringify({ wall, processor: system + user } satisfies Time)}\n`)
    }
  }
}
