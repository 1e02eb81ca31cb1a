import { Global } from "../../../io/pickle/Globals.js"
import { Namespace } from "./Globals.js"
import { NumpyValue } from "./Numpy.js"
import { usualOptimizers } from "./StateDict.js"
import { TorchTensor } from "./Tensor.js"

/** What a checkpoint says beside its state dicts: `epoch`, `best_val_loss`, `config`. */
export const infoOf = (
  root: ReadonlyMap<unknown, unknown>,
  key: string
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...root]
      .filter(([name]) => name !== key && !usualOptimizers.includes(String(name)))
      .map(([name, one]) => [String(name), plain(one, 4)] as const)
      .filter(([, one]) => one !== undefined)
  )

/** A value as JSON, where it has one; undefined: it has none. */
export const plain = (value: unknown, depth: number): unknown => {
  if (value === null || ["boolean", "number", "string"].includes(typeof value)) return value
  if (depth === 0 || value instanceof TorchTensor) return undefined
  if (typeof value === "bigint") return String(value)
  if (value instanceof Global) return value.name
  if (value instanceof NumpyValue || value instanceof Namespace)
    return plain(value.value, depth - 1)
  if (Array.isArray(value)) return value.slice(0, 100).map((one) => plain(one, depth - 1) ?? null)
  if (value instanceof Map) {
    const entries = [...(value as Map<unknown, unknown>)].slice(0, 100)
    return Object.fromEntries(entries.map(([name, one]) => [String(name), plain(one, depth - 1)]))
  }
  return undefined
}
