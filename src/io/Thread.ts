import { Worker, type WorkerOptions } from "node:worker_threads"

/** What a thread is started with, beside its module. */
export interface ThreadOptions extends Pick<
  WorkerOptions,
  "workerData" | "resourceLimits" | "transferList"
> {
  /** How it is called where threads are listed. */
  readonly name: string
  /** Whether the module may import TypeScript though it is none. */
  readonly mayImportTypescript?: boolean
}

/** Whether a module is TypeScript, which Node loads through tsx only. */
export const isTypescript = (url: string): boolean => /\.m?tsx?$/.test(url)

/** The URL of a module of ours beside `base`, by its name without an ending: a source, or what it is built to. */
export const beside = (name: string, base: string): URL =>
  new URL(`${name}${isTypescript(base) ? ".ts" : ".js"}`, base)

/**
 * Starts a thread that runs `module`, JavaScript or TypeScript, and may import both. It inherits no options of
 * Node, and does not keep the process alive. What goes wrong with it is its event `error`; signals
 * reach the main thread alone.
 */
export const start = (
  module: URL,
  { mayImportTypescript = false, ...options }: ThreadOptions
): Worker => {
  const needsTranslator = mayImportTypescript || isTypescript(module.href)
  const thread = new Worker(needsTranslator ? translating(module.href) : module, {
    execArgv: [],
    eval: needsTranslator,
    ...options
  })
  thread.unref()
  return thread
}

/** A script that imports a module through tsx, as the command line does with a pipeline. */
const translating = (module: string): string => {
  const own = import.meta.url
  const tsx = import.meta.resolve("tsx/esm/api")
  const hooks = isTypescript(own) ? null : new URL("./typescriptModules.js", own).href
  return `
    const { register } = require("node:module")
    ${hooks === null ? "" : `register(${JSON.stringify(hooks)})`}
    void import(${JSON.stringify(tsx)}).then(({ register }) => {
      register({ tsconfig: false })
      return import(${JSON.stringify(module)})
    })`
}
