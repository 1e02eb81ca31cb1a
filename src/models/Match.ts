import * as Either from "effect/Either"
import { align, type Pair } from "./match/Align.js"
import { withAttentionParts } from "./match/AttentionParts.js"
import type { FileContents } from "./FileContents.js"
import type { LayerLayout } from "./Layout.js"
import {
  filled,
  type MatchedBy,
  type MatchedWeight,
  type MismatchedWeight
} from "./match/Filled.js"
import { fits, isAlike } from "./match/Fit.js"
import { frameworkOf, type Framework } from "./match/Framework.js"
import { modulesOf, type Module } from "./match/Module.js"
import { checkMap, mapped, type NameMap } from "./match/NameMap.js"
import { unitsOf, type Unit } from "./match/Unit.js"

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
      file.tensors.flatMap(withAttentionParts),
      ({ parameter }) => parameter === "num_batches_tracked"
    )
    const modules = modulesOf(tensors, file.layers ?? [])
    yield* checkMap(
      map,
      modules.map(({ name }) => name),
      units.map(({ path }) => path)
    )

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
