import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Player, type Program, start } from "./Player.js"

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The virtual environment that `--setup` makes. */
export const environment = at("../../.cache/peers")

/** The Python with the peers: PEERS_PYTHON, else that of `--setup`. */
export const python = (): string | undefined => {
  const own = `${environment}/bin/python`
  return process.env["PEERS_PYTHON"] ?? (existsSync(own) ? own : undefined)
}

/** What limits the threads of the libraries that compute. */
export const threads = (count: number): Record<string, string> => ({
  ...Object.fromEntries(
    [
      "OMP_NUM_THREADS",
      "OPENBLAS_NUM_THREADS",
      "MKL_NUM_THREADS",
      "TF_NUM_INTRAOP_THREADS",
      "TF_NUM_INTEROP_THREADS",
      "NPROC"
    ].map((name) => [name, `${count}`])
  ),
  XLA_FLAGS: `--xla_cpu_multi_thread_eigen=${count > 1}`,
  TF_CPP_MIN_LOG_LEVEL: "3"
})

/** What a peer computes with, and in which version. */
export interface About {
  readonly version: string
  readonly library: string
}

/** A framework, and the process that plays it. */
export interface Peer {
  readonly name: string
  /** Undefined where there is no Python with it. */
  readonly program: () => Program | undefined
  /** What asks for `About`; several peers share a process. */
  readonly about: string
}

const node = (name: string, variant: string): Peer => ({
  name,
  about: "about",
  program: () => ({
    command: process.execPath,
    args: ["--import", "tsx", at("node_peer.ts"), variant],
    env: threads(1)
  })
})

const inPython = (
  name: string,
  program: string,
  { about = "about", count = 1, env = {} }: Partial<Options> = {}
): Peer => ({
  name,
  about,
  program: () => {
    const command = python()
    return command === undefined
      ? undefined
      : { command, args: [at(program)], env: { ...threads(count), ...env } }
  }
})

interface Options {
  readonly about: string
  readonly count: number
  readonly env: Readonly<Record<string, string>>
}

/** Every peer. */
export const peers = {
  holdfast: node("Holdfast", "wasm"),
  tensorflow: node("Holdfast on native TensorFlow", "tensorflow"),
  stock: node("TensorFlow.js on stock WebAssembly", "stock"),
  torch: inPython("PyTorch, 1 thread", "torch_peer.py"),
  torch2: inPython("PyTorch, 2 threads", "torch_peer.py", {
    count: 2,
    // By default a thread that waits keeps its core busy: where that has other work, a step takes 20 times as long.
    env: { OMP_WAIT_POLICY: "PASSIVE" }
  }),
  lightning: inPython("Lightning", "torch_peer.py", { about: "about lightning" }),
  kerasTf: inPython("Keras on TensorFlow", "keras_peer.py", {
    env: { KERAS_BACKEND: "tensorflow" }
  }),
  kerasJax: inPython("Keras on JAX", "keras_peer.py", { env: { KERAS_BACKEND: "jax" } }),
  orbax: inPython("Orbax", "orbax_peer.py")
} satisfies Readonly<Record<string, Peer>>
export type PeerName = keyof typeof peers

/** The programs that resume, in processes of their own each time. */
export const resuming = {
  torch: peers.torch,
  lightning: peers.lightning,
  kerasTf: peers.kerasTf,
  kerasJax: peers.kerasJax
}

/** From the start of a process to its first step, for a framework in Python. */
export const resumeProgram = (
  peer: keyof typeof resuming,
  checkpoint: string,
  examples: string
): Program | undefined => {
  const program = resuming[peer].program()
  const framework = peer.startsWith("keras") ? "keras" : peer
  return program && { ...program, args: [at("resume_peer.py"), framework, checkpoint, examples] }
}

/** Starts a peer and asks what it is. Fails with the reason where it is not there. */
export const invite = async (peer: Peer): Promise<Player & { readonly about: About }> => {
  const program = peer.program()
  if (program === undefined) throw new Error("no Python with it: npm run bench:peers -- --setup")
  const player = await start(program)
  try {
    return { ...player, about: await player.ask<About>({ part: peer.about }) }
  } catch (error) {
    player.dismiss()
    throw error
  }
}
