import { refuse } from "../../io/FormatError.js"
import { Global, unpickle, type Allowed, type WithState } from "../../io/Pickle.js"
import * as Zip from "../../io/Zip.js"
import { t } from "../../language/Text.js"
import type { FileContents, TorchOptimizer } from "../FileContents.js"
import { lengthOf, sizeOf, tensor, type SourceTensor, type SourceType } from "../SourceTensor.js"

/** Numbers in memory, which tensors are views of. */
interface TorchStorage {
  readonly type: SourceType | null
  /** How many elements it has; of bytes without a type, how many bytes. */
  readonly count: number
  readonly bytes: () => Uint8Array
}

class TorchTensor {
  constructor(
    readonly storage: TorchStorage,
    readonly type: SourceType,
    readonly offset: number,
    readonly shape: ReadonlyArray<number>,
    readonly strides: ReadonlyArray<number>
  ) {}

  /** Its bytes in row-major order. */
  bytes(): Uint8Array {
    const size = sizeOf(this.type)
    const stored = this.storage.bytes()
    const count = lengthOf(this.shape)
    const strides = this.shape.map((_, axis) => lengthOf(this.shape.slice(axis + 1)))
    const isPlain = this.shape.every((length, i) => length < 2 || this.strides[i] === strides[i])
    if (isPlain) return stored.subarray(this.offset * size, (this.offset + count) * size)
    const out = new Uint8Array(count * size)
    for (let i = 0; i < count; i++) {
      const from = this.shape.reduce(
        (sum, length, axis) =>
          sum + (Math.floor(i / strides[axis]!) % length) * this.strides[axis]!,
        this.offset
      )
      out.set(stored.subarray(from * size, (from + 1) * size), i * size)
    }
    return out
  }
}

/** A NumPy number or array that a checkpoint holds beside its tensors. */
class NumpyValue implements WithState {
  value: unknown = null
  setState(state: unknown) {
    const [, shape, dtype, isFortran, data] = Array.isArray(state) ? (state as Array<unknown>) : []
    if (dtype instanceof NumpyType && data instanceof Uint8Array && isFortran === false) {
      this.value = dtype.numbers(data)
      if (Array.isArray(shape) && shape.length === 0) this.value = dtype.numbers(data)[0]
    }
  }
}

class NumpyType {
  constructor(readonly code: string) {}
  numbers(data: Uint8Array): ReadonlyArray<number | boolean> {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    const read = numpyReaders[this.code]
    if (read === undefined) return []
    const size = Number(this.code.slice(1))
    return Array.from({ length: Math.floor(data.length / size) }, (_, i) => read(view, i * size))
  }
}

const numpyReaders: Partial<Record<string, (view: DataView, at: number) => number | boolean>> = {
  f2: (view, at) => view.getUint16(at, true),
  f4: (view, at) => view.getFloat32(at, true),
  f8: (view, at) => view.getFloat64(at, true),
  i4: (view, at) => view.getInt32(at, true),
  i8: (view, at) => Number(view.getBigInt64(at, true)),
  u1: (view, at) => view.getUint8(at),
  b1: (view, at) => view.getUint8(at) !== 0
}

const types: Partial<Record<string, SourceType>> = {
  Double: "F64",
  Float: "F32",
  Half: "F16",
  BFloat16: "BF16",
  Long: "I64",
  Int: "I32",
  Short: "I16",
  Char: "I8",
  Byte: "U8",
  Bool: "BOOL",
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL"
}

const typeNamed = (global: string): SourceType | undefined =>
  types[/^torch\.(?:cuda\.)?(\w+?)(?:Storage)?$/.exec(global)?.[1] ?? ""]

const bad = (detail: string) => refuse("Damaged", t`the tensors of the pickle`, detail)

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0

const rebuild = (
  storage: unknown,
  offset: unknown,
  shape: unknown,
  strides: unknown,
  dtype?: unknown
) => {
  if (!isStorage(storage) || !isCount(offset)) return bad(t`a tensor has no storage`)
  const type = dtype instanceof Global ? typeNamed(dtype.name) : storage.type
  if (type === undefined || type === null) return bad(t`a tensor has an unknown element type`)
  if (
    !isShape(shape) ||
    !isShape(strides) ||
    shape.length !== strides.length ||
    shape.length > 32
  ) {
    return bad(t`a tensor has no shape`)
  }
  const count = lengthOf(shape)
  const elements = storage.type === null ? Math.floor(storage.count / sizeOf(type)) : storage.count
  const last =
    count === 0 ? 0 : shape.reduce((sum, one, i) => sum + (one - 1) * strides[i]!, offset + 1)
  // A tensor may repeat elements, by a stride of 0: a few bytes would fill memory.
  return last > elements || count > elements
    ? bad(t`a tensor of [${shape}] does not lie in its storage of ${elements} elements`)
    : new TorchTensor(storage, type, offset, shape, strides)
}

const isShape = (value: unknown): value is ReadonlyArray<number> =>
  Array.isArray(value) && value.every(isCount)

const isStorage = (value: unknown): value is TorchStorage =>
  typeof value === "object" && value !== null && "count" in value && "bytes" in value

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

class Namespace implements WithState {
  value: unknown = new Map()
  setState(state: unknown) {
    this.value = state
  }
}

const allowed = (persistent: Allowed["persistent"]): Allowed => ({
  call: (name) => (Object.hasOwn(calls, name) ? calls[name] : undefined),
  value: (name) =>
    typeNamed(name) !== undefined ||
    name === "torch.storage.UntypedStorage" ||
    name === "torch.UntypedStorage" ||
    name === "numpy.ndarray",
  persistent
})

/** `("storage", type, key, location, count)`, as `torch.save` writes it. */
const storageOf = (
  id: unknown,
  bytes: (key: string, length: number) => Uint8Array
): TorchStorage => {
  const [kind, global, key, , count] = Array.isArray(id) ? (id as Array<unknown>) : []
  if (kind !== "storage" || !(global instanceof Global) || !isCount(count)) {
    return bad(t`a persistent id is no storage`)
  }
  const type = typeNamed(global.name) ?? null
  const length = count * (type === null ? 1 : sizeOf(type))
  return { type, count, bytes: () => bytes(String(key), length) }
}

/** Longer pickles are not those of state dicts: tensors are beside it. */
const maxPickle = 1 << 26

/** The value of a file that `torch.save` has written. */
const valueOf = (file: Uint8Array): unknown => {
  if (file[0] !== 0x50) return legacyValue(file)
  const entries = Zip.entries(file)
  const pickle = [...entries.values()].find(({ name }) => /(^|\/)data\.pkl$/.test(name))
  if (pickle === undefined) {
    const constants = [...entries.keys()].some((name) => name.endsWith("constants.pkl"))
    return refuse(
      "Unsupported",
      "data.pkl",
      constants
        ? t`is missing: this is TorchScript; save the state dict: torch.save(model.state_dict(), path)`
        : t`is missing: no file of PyTorch`
    )
  }
  if (pickle.size > maxPickle) {
    return refuse("TooLarge", pickle.name, t`has ${pickle.size} bytes of at most ${maxPickle}`)
  }
  const folder = pickle.name.slice(0, -"data.pkl".length)
  const order = entries.get(`${folder}byteorder`)
  if (order !== undefined && new TextDecoder().decode(order.read()) === "big") {
    return refuse("Unsupported", order.name, t`says that its numbers are big-endian`)
  }
  const persistent = (id: unknown) =>
    storageOf(id, (key, length) => {
      const name = `${folder}data/${key}`
      const entry = entries.get(name)
      if (entry === undefined) return refuse("Truncated", name, t`is missing`)
      const bytes = entry.read()
      return bytes.length < length
        ? refuse("Truncated", name, t`has ${bytes.length} bytes of ${length}`)
        : bytes
    })
  return unpickle(pickle.read(), 0, pickle.name, allowed(persistent)).value
}

/** The layout before PyTorch 1.6: pickles one after another, then the storages. */
const legacyValue = (file: Uint8Array): unknown => {
  const storages = new Map<string, TorchStorage>()
  const contents = new Map<string, Uint8Array>()
  const persistent = (id: unknown) => {
    const key = String(Array.isArray(id) ? id[2] : "")
    const known = storages.get(key)
    if (known !== undefined) return known
    const storage = storageOf(
      id,
      (key) => contents.get(key) ?? refuse("Truncated", key, t`is missing`)
    )
    storages.set(key, storage)
    return storage
  }
  let at = 0
  const next = () => {
    const { end, value } = unpickle(file, at, t`the file`, allowed(persistent))
    at = end
    return value
  }
  if (next() !== 0x1950a86a20f9469cfc6cn) {
    return refuse("Unsupported", t`the file`, t`is a pickle, but none of PyTorch`)
  }
  next()
  next()
  const value = next()
  const keys = next()
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  for (const key of Array.isArray(keys) ? (keys as Array<unknown>).map(String) : []) {
    const storage = storages.get(key)
    if (storage === undefined) return bad(t`a storage has no tensor`)
    const length = storage.count * (storage.type === null ? 1 : sizeOf(storage.type))
    if (at + 8 + length > file.length || Number(view.getBigUint64(at, true)) !== storage.count) {
      return refuse("Truncated", t`byte ${at}`, t`the storage ${key} takes ${length} bytes`)
    }
    contents.set(key, file.subarray(at + 8, at + 8 + length))
    at += 8 + length
  }
  return value
}

/** Where training scripts keep the state dict of the model, and that of the optimizer. */
const usualModels = [
  "model_state_dict",
  "state_dict",
  "model",
  "net",
  "network",
  "weights",
  "module"
]
const usualOptimizers = ["optimizer_state_dict", "optimizer", "optim", "optimizer_states"]

const isTensors = (value: unknown): value is ReadonlyMap<string, unknown> =>
  value instanceof Map &&
  [...(value as Map<unknown, unknown>).values()].some((one) => one instanceof TorchTensor)

/** The state dict of the model: the value itself, or the one under `key`. */
const stateDictOf = (
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

/** Buffers, which no optimizer updates. */
const buffers = /(^|\.)(running_mean|running_var|num_batches_tracked)$/

/**
 * The module and the parameter that each name of a state dict means, without what wrappers put before all of
 * them. Of a module with several layers, as an LSTM of two, each layer counts as a module: `lstm.l1`.
 */
export const modulesOf = (names: ReadonlyArray<string>) => {
  const prefix =
    ["module.", "_orig_mod."].find((one) => names.every((name) => name.startsWith(one))) ?? ""
  return (name: string): Pick<SourceTensor, "module" | "parameter"> => {
    const short = name.slice(prefix.length)
    const dot = short.lastIndexOf(".")
    const module = dot < 0 ? "" : short.slice(0, dot)
    const parameter = short.slice(dot + 1)
    const [, before, layer, after = ""] = /^(.*_l)(\d+)(_reverse)?$/.exec(parameter) ?? []
    return layer === undefined || layer === "0"
      ? { module, parameter }
      : { module: `${module}.l${layer}`, parameter: `${before}0${after}` }
  }
}

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

const sourceOf = (
  name: string,
  place: Pick<SourceTensor, "module" | "parameter">,
  one: TorchTensor
): SourceTensor => tensor({ name, ...place, shape: one.shape }, one.type, () => one.bytes())

const plain = (value: unknown, depth: number): unknown => {
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

/** What a checkpoint says beside its state dicts: `epoch`, `best_val_loss`, `config`. */
const infoOf = (
  root: ReadonlyMap<unknown, unknown>,
  key: string
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...root]
      .filter(([name]) => name !== key && !usualOptimizers.includes(String(name)))
      .map(([name, one]) => [String(name), plain(one, 4)] as const)
      .filter(([, one]) => one !== undefined)
  )

/** The state of an optimizer, by the names of the parameters that it updates; or why there is none. */
const optimizerOf = (
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
  let step = 0
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
