import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { connect, createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

/** What a peer is asked: for a part, of something. */
export interface Request {
  readonly part: string
  readonly of?: Readonly<Record<string, unknown>>
}

/** What something took, in milliseconds: by the clock, and of the processor by all threads. */
export interface Taken {
  readonly ms: number
  readonly cpu: number
}

/** A process that stays alive, and does what it is asked for when it is asked. */
export interface Player {
  /** Fails with the reason if the process cannot do it, or has ended. */
  readonly ask: <A = Taken>(request: Request) => Promise<A>
  readonly dismiss: () => void
}

/** How a process is started. */
export interface Program {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
}

const linesOf = (socket: Socket) => createInterface(socket)[Symbol.asyncIterator]()

// The last of what a process printed, which says why it ended.
const kept = 4000

/** Starts a process, and waits until it has connected. */
export const start = ({ args, command, env = {} }: Program): Promise<Player> =>
  new Promise((resolve, reject) => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-peer-"))
    const path = join(folder, "socket")
    const server = createServer((socket) => {
      server.close()
      rmSync(folder, { recursive: true, force: true })
      const lines = linesOf(socket)
      const ask = async <A>(request: Request): Promise<A> => {
        socket.write(`${JSON.stringify(request)}\n`)
        const { done, value } = await lines.next()
        if (done === true) throw new Error(`the process has ended: ${printed.trim()}`)
        const answer = JSON.parse(value) as A & { readonly error?: string }
        if (answer.error !== undefined) throw new Error(answer.error)
        return answer
      }
      resolve({ ask, dismiss: () => socket.end() })
    })
    let printed = ""
    server.listen(path, () => {
      const child = spawn(command, [...args], {
        env: { ...process.env, ...env, PEER_SOCKET: path },
        stdio: ["ignore", "pipe", "pipe"]
      })
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8")
        stream.on("data", (text: string) => (printed = (printed + text).slice(-kept)))
      }
      const fail = (why: string) => {
        server.close()
        rmSync(folder, { recursive: true, force: true })
        reject(new Error(why))
      }
      child.on("error", ({ message }) => fail(message))
      child.on("exit", (code) => fail(`exit code ${code}: ${printed.trim()}`))
    })
  })

/** Connects to the process that started this one: `next` waits for a request, and `answer` answers it. */
export const connectBack = () => {
  const socket = connect(process.env["PEER_SOCKET"]!)
  const lines = linesOf(socket)
  return {
    /** The process ends with the one that asks. */
    next: async (): Promise<Request> => {
      const { done, value } = await lines.next()
      if (done === true) process.exit()
      return JSON.parse(value) as Request
    },
    answer: (answer: object): void => void socket.write(`${JSON.stringify(answer)}\n`)
  }
}

/** Answers the requests of the process that started this one, until it ends. */
export const play = async (
  parts: Readonly<Record<string, (of: never) => Promise<object>>>
): Promise<never> => {
  const { answer, next } = connectBack()
  for (;;) {
    const { of = {}, part } = await next()
    const answered = Promise.resolve().then(() => parts[part]!(of as never))
    answer(await answered.catch((error: unknown) => ({ error: String(error) })))
  }
}

/** What `run` takes. */
export const timed = async (run: () => Promise<unknown>): Promise<Taken> => {
  const end = startTimer()
  await run()
  return end()
}

/** Starts to measure; the result ends it. */
export const startTimer = (): (() => Taken) => {
  const before = process.cpuUsage()
  const start = performance.now()
  return () => {
    const ms = performance.now() - start
    const { system, user } = process.cpuUsage(before)
    return { ms, cpu: (system + user) / 1000 }
  }
}
