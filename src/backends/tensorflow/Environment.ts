import * as Cores from "../../io/Cores.js"

/*
 * Native TensorFlow reads its settings from the environment of the process, where Node writes what the
 * main thread sets in `process.env`. What the user has set stays.
 */

const count = "TF_NUM_INTRAOP_THREADS"

/** With how many threads it would load now: as many as the user says, one if need be, or all. */
export const threads = (mustBeDeterministic: boolean): number => {
  const set = Number(process.env[count])
  if (Number.isInteger(set) && set > 0) return set
  return mustBeDeterministic ? 1 : Cores.available()
}

/**
 * Has TensorFlow load with that many threads, and without lines that tell what it is. Afterwards the
 * environment is as before, for the processes that this one starts.
 */
export const loadingWith = async <A>(threads: number, load: () => Promise<A>): Promise<A> => {
  const { TF_CPP_MIN_LOG_LEVEL = "1" } = process.env
  const settings = { TF_CPP_MIN_LOG_LEVEL, [count]: String(threads) }
  const before = Object.keys(settings).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, settings)
  try {
    return await load()
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

/**
 * Has the operations that could be faster in an order of the moment compute in a fixed one, or fail if
 * they have none: on processors always, since it costs nothing there; on a GPU only if need be. Gives
 * whether they do. Before the first operation.
 */
export const fixOrder = (mustBeDeterministic: boolean, isOnGpu: boolean): boolean => {
  const { env } = process
  if (mustBeDeterministic)
    Object.assign(env, { TF_DETERMINISTIC_OPS: "1", TF_CUDNN_DETERMINISTIC: "1" })
  else if (!isOnGpu) env["TF_DETERMINISTIC_OPS"] ??= "1"
  return /^(1|true)$/i.test(env["TF_DETERMINISTIC_OPS"] ?? "")
}
