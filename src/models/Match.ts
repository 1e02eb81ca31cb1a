import { nearest } from "../config/Nearest.js"
import * as Either from "effect/Either"
import { t } from "../language/Text.js"
import { align, type Pair } from "./Align.js"
import type { FileContents, SourceLayer } from "./FileContents.js"
import type { LayerLayout, WeightLayout } from "./Layout.js"
import { shapeAfter } from "./Rearrangement.js"
import type { SourceTensor } from "./SourceTensor.js"

/**
 * Which module of a file is which layer, by its beginning or by a full name: `features.0` to `conv_1`,
 * `module.encoder` to `encoder`. null leaves a module out; "" stands for all names.
 */
export type NameMap = Readonly<Record<string, string | null>>

/** How a weight was found: as the map says, by its name, by its place in the model, or by its shape alone. */
export type MatchedBy = "map" | "name" | "order" | "shape"

/** A weight of the model, and the tensors of the file that hold it: two, where PyTorch has two biases. */
export interface MatchedWeight {
  readonly weight: string
  readonly from: ReadonlyArray<SourceTensor>
  readonly by: MatchedBy
  /** How the file stores it; null: as we do. */
  readonly layout: WeightLayout | null
}

/** A weight whose tensor in the file has another shape. */
export interface MismatchedWeight {
  readonly weight: string
  readonly from: string
  /** The shape in the file, and the one that the file would need for this model. */
  readonly shape: ReadonlyArray<number>
  readonly expected: ReadonlyArray<number>
}

/** What of a file fits a model. */
export interface Match {
  readonly framework: Framework
  readonly matched: ReadonlyArray<MatchedWeight>
  /** Layers and the modules that they were found in. */
  readonly layers: ReadonlyArray<{ readonly layer: LayerLayout; readonly module: string }>
  /** Weights of the model that the file does not hold. */
  readonly missing: ReadonlyArray<string>
  /** Weights for which several modules would do, and these. */
  readonly ambiguous: ReadonlyArray<{
    readonly weight: string
    readonly modules: ReadonlyArray<string>
  }>
  readonly mismatched: ReadonlyArray<MismatchedWeight>
  /** Tensors of the file that no weight takes. */
  readonly unexpected: ReadonlyArray<string>
  /** Tensors that the map leaves out, and counters that only PyTorch has. */
  readonly ignored: ReadonlyArray<string>
}

/** Whose layout the tensors have. */
export type Framework = "pytorch" | "keras"

interface Slot {
  readonly weight: string
  readonly parameters: ReadonlyArray<string>
  readonly shape: ReadonlyArray<number>
  readonly layout: WeightLayout | null
}

/** What one module of a file may fill: a layer, or one half of a separable convolution. */
interface Unit {
  readonly path: string
  readonly layer: LayerLayout
  readonly slots: ReadonlyArray<Slot>
}

interface Module {
  readonly name: string
  readonly tensors: ReadonlyMap<string, SourceTensor>
  readonly layer: SourceLayer | undefined
}

/**
 * Finds the weights of a model in a file: as `map` says, then by names, then by the order of layers and
 * modules whose shapes agree. Where order and shapes leave a choice, nothing is loaded and the choices are
 * named. A file that is not in the order of its model matches by shape alone, where only one module fits.
 *
 * Left: a name of the map that neither the file nor the model has.
 */
export const match = (
  layers: ReadonlyArray<LayerLayout>,
  file: Pick<FileContents, "hasOurNames" | "isOrdered" | "layers" | "tensors">,
  map: NameMap = {}
): Either.Either<Match, string> =>
  Either.gen(function* () {
    const framework = frameworkOf(file.tensors)
    const units = layers.flatMap((layer) => unitsOf(layer, framework))
    const [counters, tensors] = partition(
      file.tensors,
      ({ parameter }) => parameter === "num_batches_tracked"
    )
    const modules = modulesOf(tensors, file.layers ?? [])
    yield* checkMap(map, modules, units)

    const left = new Set(modules)
    const open = new Set(units)
    const ignored = counters.map(({ name }) => name)
    const pairs: Array<Pair<Unit, Module> & { readonly by: MatchedBy }> = []
    const pair = (unit: Unit, module: Module, by: MatchedBy) => {
      pairs.push({ left: unit, right: module, by })
      open.delete(unit)
      left.delete(module)
    }
    for (const module of modules) {
      const target = mapped(module.name, map)
      if (target === undefined) continue
      const unit = units.find(({ path }) => path === target)
      if (target === null) {
        left.delete(module)
        ignored.push(...[...module.tensors.values()].map(({ name }) => name))
      } else if (unit !== undefined && open.has(unit)) pair(unit, module, "map")
    }
    for (const module of left) {
      const unit = [...open].find(({ path }) => path === module.name)
      if (unit !== undefined && !file.hasOurNames && !isNamed(unit)) continue
      if (unit !== undefined) pair(unit, module, "name")
    }
    const aligned = align([...open], [...left], fits, file.isOrdered)
    for (const { left, right } of aligned.pairs)
      pair(left, right, file.isOrdered ? "order" : "shape")
    // One layer and one module between two that agree: what differs is their shape.
    for (const { left: unit, right: module } of aligned.gaps) {
      if (isAlike(unit, module)) pair(unit, module, "order")
    }

    const found = pairs.flatMap(({ by, left: unit, right: module }) =>
      unit.slots.map((slot) => filled(slot, module, by))
    )
    const taken = new Set(found.flatMap(({ from }) => from))
    const choices = new Map(
      aligned.ambiguous.map(({ left, rights }) => [left, rights.map(({ name }) => name)])
    )
    const without = [...open].flatMap((unit) => unit.slots.map(({ weight }) => ({ unit, weight })))
    return {
      framework,
      matched: found.flatMap((one) => (one._tag === "matched" ? [one] : [])),
      layers: pairs.map(({ left, right }) => ({ layer: left.layer, module: right.name })),
      mismatched: found.flatMap((one) => (one._tag === "mismatched" ? one.mismatches : [])),
      missing: [
        ...found.flatMap((one) => (one._tag === "missing" ? [one.weight] : [])),
        ...without.filter(({ unit }) => !choices.has(unit)).map(({ weight }) => weight)
      ],
      ambiguous: without.flatMap(({ unit, weight }) => {
        const modules = choices.get(unit)
        return modules === undefined ? [] : [{ weight, modules }]
      }),
      unexpected: tensors
        .filter((one) => !taken.has(one) && !ignored.includes(one.name))
        .map(({ name }) => name),
      ignored
    }
  })

/** Whether the layer has a name of the user: Keras and TensorFlow.js number others differently. */
const isNamed = ({ layer }: Unit): boolean => layer.path.split(".").at(-1) === layer.layer.name

const partition = <A>(all: ReadonlyArray<A>, accepts: (one: A) => boolean) =>
  [all.filter(accepts), all.filter((one) => !accepts(one))] as const

const frameworkOf = (tensors: ReadonlyArray<SourceTensor>): Framework =>
  tensors.some(({ parameter }) =>
    /^(weight|running_mean|weight_[ih]h_l\d+)(_reverse)?$/.test(parameter)
  )
    ? "pytorch"
    : "keras"

const unitsOf = (layer: LayerLayout, framework: Framework): ReadonlyArray<Unit> => {
  if (framework === "keras" || layer.torch === null) {
    const slots = layer.weights.map(({ name, shape }): Slot => {
      const own = name.slice(layer.path.length + 1).replace(/^(forward|backward)_[^.]*\./, "$1.")
      // Keras 3 calls the kernel of a depthwise convolution by the plain name.
      const plain =
        layer.className === "DepthwiseConv2D" && own === "depthwise_kernel" ? ["kernel"] : []
      return { weight: name, parameters: [own, ...plain], shape, layout: null }
    })
    return [{ path: layer.path, layer, slots }]
  }
  const units = new Map<string, Array<Slot>>()
  for (const one of layer.torch) {
    const [, inner = "", parameter = one.parameters[0]] =
      /^(\w+)\.(\w+)$/.exec(one.parameters[0]) ?? []
    const path = inner === "" ? layer.path : `${layer.path}.${inner}`
    const slots = units.get(path) ?? []
    units.set(path, slots)
    slots.push({
      weight: one.name,
      parameters: one.parameters.length === 1 ? [parameter] : one.parameters,
      shape: shapeAfter(one.steps, one.join === "stack" ? one.shape.slice(1) : one.shape),
      layout: one
    })
  }
  return [...units].map(([path, slots]) => ({ path, layer, slots }))
}

const modulesOf = (
  tensors: ReadonlyArray<SourceTensor>,
  layers: ReadonlyArray<SourceLayer>
): ReadonlyArray<Module> => {
  const modules = new Map<string, Map<string, SourceTensor>>()
  for (const one of tensors) {
    const found = modules.get(one.module) ?? new Map<string, SourceTensor>()
    modules.set(one.module, found.set(one.parameter, one))
  }
  const described = new Map(layers.map((layer) => [layer.path, layer]))
  return [...modules].map(([name, tensors]) => ({ name, tensors, layer: described.get(name) }))
}

/** The rule of the map whose beginning of a name is the longest. */
const ruleFor = (name: string, map: NameMap): string | undefined =>
  Object.keys(map)
    .filter((from) => from === "" || name === from || name.startsWith(`${from}.`))
    .sort((a, b) => b.length - a.length)[0]

/** What the map makes of the name of a module; undefined: nothing. */
const mapped = (name: string, map: NameMap): string | null | undefined => {
  const from = ruleFor(name, map)
  if (from === undefined) return undefined
  const to = map[from]!
  if (to === null) return null
  const rest = name === from ? "" : name.slice(from === "" ? 0 : from.length + 1)
  return [to, rest].filter((part) => part !== "").join(".")
}

const checkMap = (
  map: NameMap,
  modules: ReadonlyArray<Module>,
  units: ReadonlyArray<Unit>
): Either.Either<void, string> => {
  const names = modules.map(({ name }) => name)
  const paths = units.map(({ path }) => path)
  for (const [from, to] of Object.entries(map)) {
    const meant = names.filter((name) => ruleFor(name, map) === from)
    if (meant.length === 0) {
      const close = nearest(from, names)
      return Either.left(
        close === undefined
          ? t`the file has no module ${from}; it has ${listed(names)}`
          : t`the file has no module ${from}; did you mean ${close}?`
      )
    }
    if (to === null || meant.some((name) => paths.includes(mapped(name, map) ?? ""))) continue
    const close = nearest(to, paths)
    return Either.left(
      close === undefined
        ? t`the model has no layer ${to} for ${from}; it has ${listed(paths)}`
        : t`the model has no layer ${to} for ${from}; did you mean ${close}?`
    )
  }
  return Either.right(undefined)
}

const listed = (names: ReadonlyArray<string>): string =>
  names.slice(0, 20).join(", ") + (names.length > 20 ? ", …" : "")

const found = (slot: Slot, { tensors }: Module): ReadonlyArray<SourceTensor> => {
  const all = slot.parameters.flatMap((name) => tensors.get(name) ?? [])
  // Without a layout the names are alternatives, of which one does.
  return slot.layout === null ? all.slice(0, 1) : all
}

const isSame = (a: ReadonlyArray<number>, b: ReadonlyArray<number>) => `${a}` === `${b}`

const isClass = ({ layer }: Unit, module: Module): boolean =>
  module.layer === undefined || module.layer.className === layer.layer.getClassName()

/** Whether a module has all that a unit needs, in its shapes, and nothing else. */
const fits = (unit: Unit, module: Module): boolean =>
  isAlike(unit, module) &&
  unit.slots.every((slot) => found(slot, module).every(({ shape }) => isSame(shape, slot.shape)))

/** The same, whatever the shapes. */
const isAlike = (unit: Unit, module: Module): boolean => {
  const all = unit.slots.map((slot) => found(slot, module))
  return (
    isClass(unit, module) &&
    all.every(
      (tensors, i) =>
        tensors.length === (unit.slots[i]!.layout === null ? 1 : unit.slots[i]!.parameters.length)
    ) &&
    all.every((tensors, i) =>
      tensors.every(({ shape }) => shape.length === unit.slots[i]!.shape.length)
    ) &&
    all.flat().length === module.tensors.size
  )
}

type Filled =
  | ({ readonly _tag: "matched" } & MatchedWeight)
  | {
      readonly _tag: "mismatched"
      readonly from: ReadonlyArray<SourceTensor>
      readonly mismatches: ReadonlyArray<MismatchedWeight>
    }
  | {
      readonly _tag: "missing"
      readonly from: ReadonlyArray<SourceTensor>
      readonly weight: string
    }

const filled = (slot: Slot, module: Module, by: MatchedBy): Filled => {
  const from = found(slot, module)
  if (from.length < (slot.layout === null ? 1 : slot.parameters.length)) {
    return { _tag: "missing", from: [], weight: slot.weight }
  }
  const wrong = from.filter(({ shape }) => !isSame(shape, slot.shape))
  if (wrong.length === 0)
    return { _tag: "matched", weight: slot.weight, from, by, layout: slot.layout }
  const mismatches = wrong.map(({ name, shape }) => ({
    weight: slot.weight,
    from: name,
    shape,
    expected: slot.shape
  }))
  return { _tag: "mismatched", from, mismatches }
}
