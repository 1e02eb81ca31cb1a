import { refuse } from "../../../io/FormatError.js"
import { t } from "../../../language/Text.js"
import { Namespace } from "./Globals.js"
import { TorchTensor } from "./Tensor.js"

/** Where training scripts keep the state dict of the model. */
const usualModels = [
  "model_state_dict",
  "state_dict",
  "model",
  "net",
  "network",
  "weights",
  "module"
]
/** Where they keep that of the optimizer. */
export const usualOptimizers = ["optimizer_state_dict", "optimizer", "optim", "optimizer_states"]

const isTensors = (value: unknown): value is ReadonlyMap<string, unknown> =>
  value instanceof Map &&
  [...(value as Map<unknown, unknown>).values()].some((one) => one instanceof TorchTensor)

/** The state dict of the model: the value itself, or the one under `key`. */
export const stateDictOf = (
  value: unknown,
  key: string | undefined
): readonly [key: string, dict: ReadonlyMap<string, unknown>] => {
  const root = value instanceof Namespace ? value.value : value
  if (!(root instanceof Map)) {
    return refuse(
      "Unsupported",
      t`the file`,
      t`holds no state dict; save one: torch.save(model.state_dict(), path)`
    )
  }
  const all = [...(root as Map<string, unknown>)].filter(
    ([name, one]) => isTensors(one) && !usualOptimizers.includes(name)
  )
  if (key !== undefined) {
    const found = all.find(([name]) => name === key)
    const names = all.map(([name]) => name).join(", ")
    return found === undefined
      ? refuse("Unsupported", key, t`is no state dict of the file; those are: ${names}`)
      : [key, found[1] as ReadonlyMap<string, unknown>]
  }
  if (isTensors(root)) return ["", root as ReadonlyMap<string, unknown>]
  const usual = usualModels
    .map((name) => all.find(([one]) => one === name))
    .find((one) => one !== undefined)
  const found = usual ?? (all.length === 1 ? all[0] : undefined)
  if (found !== undefined) return [found[0], found[1] as ReadonlyMap<string, unknown>]
  return refuse(
    "Unsupported",
    t`the file`,
    all.length === 0
      ? t`holds no state dict; save one: torch.save(model.state_dict(), path)`
      : t`holds several state dicts; choose one by key: ${all.map(([name]) => name).join(", ")}`
  )
}
