import type { Allowed, WithState } from "../../../io/pickle/Globals.js"
import { typeNamed } from "./ElementType.js"
import { NumpyType, NumpyValue } from "./Numpy.js"
import { rebuild } from "./Tensor.js"

/** An object of which only the attributes are kept. */
export class Namespace implements WithState {
  value: unknown = new Map()
  setState(state: unknown) {
    this.value = state
  }
}

/** What a state dict may name: as PyTorch's `weights_only`, and values that training scripts add. */
const calls: Readonly<Record<string, (args: ReadonlyArray<unknown>) => unknown>> = {
  "collections.OrderedDict": ([items]) => {
    const pairs = Array.isArray(items) ? (items as Array<unknown>) : []
    return new Map(pairs.filter((pair) => Array.isArray(pair)) as Array<[unknown, unknown]>)
  },
  "collections.defaultdict": () => new Map(),
  "collections.Counter": ([items]) => (items instanceof Map ? items : new Map()),
  "torch._utils._rebuild_tensor_v2": ([storage, offset, shape, strides]) =>
    rebuild(storage, offset, shape, strides),
  "torch._utils._rebuild_tensor_v3": ([storage, offset, shape, strides, , , dtype]) =>
    rebuild(storage, offset, shape, strides, dtype),
  "torch._utils._rebuild_parameter": ([data]) => data,
  "torch.Size": ([shape]) => shape,
  "torch.device": ([name, index]) => (index == null ? name : `${String(name)}:${String(index)}`),
  "argparse.Namespace": () => new Namespace(),
  "types.SimpleNamespace": () => new Namespace(),
  "pathlib.PosixPath": (parts) => parts.join("/"),
  "pathlib.WindowsPath": (parts) => parts.join("\\"),
  "pathlib.Path": (parts) => parts.join("/"),
  "builtins.set": ([items]) => items ?? [],
  "__builtin__.set": ([items]) => items ?? [],
  "_codecs.encode": ([text]) => Uint8Array.from(String(text), (one) => one.charCodeAt(0)),
  "numpy.dtype": ([code]) => new NumpyType(String(code)),
  ...Object.fromEntries(
    ["numpy.core.multiarray", "numpy._core.multiarray"].flatMap((module) => [
      [`${module}._reconstruct`, () => new NumpyValue()],
      [
        `${module}.scalar`,
        ([dtype, data]: ReadonlyArray<unknown>) =>
          dtype instanceof NumpyType && data instanceof Uint8Array
            ? (dtype.numbers(data)[0] ?? null)
            : null
      ]
    ])
  )
}

/** What a pickle of PyTorch may name; `persistent` gives its storages. */
export const allowed = (persistent: Allowed["persistent"]): Allowed => ({
  call: (name) => (Object.hasOwn(calls, name) ? calls[name] : undefined),
  value: (name) =>
    typeNamed(name) !== undefined ||
    name === "torch.storage.UntypedStorage" ||
    name === "torch.UntypedStorage" ||
    name === "numpy.ndarray",
  persistent
})
