import { refuse } from "../../../io/FormatError.js"
import { Global } from "../../../io/pickle/Globals.js"
import { unpickle } from "../../../io/Pickle.js"
import * as Zip from "../../../io/Zip.js"
import { t } from "../../../language/Text.js"
import { sizeOf } from "../../SourceTensor.js"
import { typeNamed } from "./ElementType.js"
import { allowed } from "./Globals.js"
import { bad, isCount, type TorchStorage } from "./Tensor.js"

/** Longer pickles are not those of state dicts: tensors are beside it. */
const maxPickle = 1 << 26

/** The value of a file that `torch.save` has written. */
export const valueOf = (file: Uint8Array): unknown => {
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
