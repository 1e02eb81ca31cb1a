import type { FileContents } from "../FileContents.js"
import { infoOf } from "./pytorch/Info.js"
import { modulesOf } from "./pytorch/Modules.js"
import { optimizerOf } from "./pytorch/Optimizer.js"
import { valueOf } from "./pytorch/SavedValue.js"
import { stateDictOf } from "./pytorch/StateDict.js"
import { sourceOf, TorchTensor } from "./pytorch/Tensor.js"

/** Reads a file that `torch.save` has written: a state dict, or a checkpoint that has one under `key`. */
export const read = (file: Uint8Array, key?: string): FileContents => {
  const value = valueOf(file)
  const [found, dict] = stateDictOf(value, key)
  const tensors = [...dict].filter(
    (one): one is [string, TorchTensor] => one[1] instanceof TorchTensor
  )
  const place = modulesOf(tensors.map(([name]) => name))
  const root = value instanceof Map && found !== "" ? (value as Map<unknown, unknown>) : new Map()
  const parameters = tensors
    .filter(([name]) => !buffers.test(name))
    .map(([name, { shape }]) => ({ name, shape }))
  return {
    isOrdered: true,
    hasOurNames: false,
    tensors: tensors.map(([name, one]) => sourceOf(name, place(name), one)),
    info: infoOf(root, found),
    optimizer: optimizerOf(root, parameters)
  }
}

/** Buffers, which no optimizer updates. */
const buffers = /(^|\.)(running_mean|running_var|num_batches_tracked)$/
