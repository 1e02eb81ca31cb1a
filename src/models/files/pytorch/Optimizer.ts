import { t } from "../../../language/Text.js"
import type { TorchOptimizer } from "../../FileContents.js"
import type { SourceTensor } from "../../SourceTensor.js"
import { plain } from "./Info.js"
import { usualOptimizers } from "./StateDict.js"
import { sourceOf, TorchTensor } from "./Tensor.js"

/** The state of an optimizer, by the names of the parameters that it updates; or why there is none. */
export const optimizerOf = (
  root: ReadonlyMap<unknown, unknown>,
  parameters: ReadonlyArray<{ readonly name: string; readonly shape: ReadonlyArray<number> }>
): TorchOptimizer | string | null => {
  const named = usualOptimizers.map((name) => root.get(name)).find((one) => one !== undefined)
  const own: unknown = Array.isArray(named) ? (named as Array<unknown>)[0] : named
  if (!(own instanceof Map)) return null
  const state: unknown = own.get("state")
  const groups: unknown = own.get("param_groups")
  if (!(state instanceof Map) || !Array.isArray(groups)) return t`it has no state of an optimizer`
  const ids = (groups as Array<unknown>).flatMap((group) => {
    const params: unknown = group instanceof Map ? group.get("params") : undefined
    return Array.isArray(params) ? (params as Array<unknown>) : []
  })
  if (ids.length !== parameters.length) {
    return t`its optimizer updates ${ids.length} parameters, of ${parameters.length} in the model`
  }
  const slots = new Map<string, ReadonlyMap<string, SourceTensor>>()
  // SGD does not count its updates; where it has a state, it has made one.
  let step = state.size > 0 ? 1 : 0
  for (const [i, id] of ids.entries()) {
    const { name, shape } = parameters[i]!
    const one: unknown = state.get(id)
    if (!(one instanceof Map)) continue
    const tensors = new Map<string, SourceTensor>()
    for (const [slot, value] of one as Map<string, unknown>) {
      if (slot === "step") step = Math.max(step, stepOf(value))
      else if (value instanceof TorchTensor) {
        if (`${value.shape}` !== `${shape}`) {
          return t`its optimizer has ${slot} of [${value.shape}] where ${name} is [${shape}]`
        }
        tensors.set(slot, sourceOf(`${name} (${slot})`, { module: "", parameter: slot }, value))
      }
    }
    slots.set(name, tensors)
  }
  return {
    step,
    slots,
    settings: plain((groups as Array<unknown>)[0], 2) as Readonly<Record<string, unknown>>
  }
}

const stepOf = (value: unknown): number => {
  if (typeof value === "number") return value
  if (!(value instanceof TorchTensor)) return 0
  const read = sourceOf("step", { module: "", parameter: "step" }, value).read()
  return read._tag === "Right" && Number.isSafeInteger(read.right[0]) ? read.right[0]! : 0
}
