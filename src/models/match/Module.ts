import type { SourceLayer } from "../FileContents.js"
import type { SourceTensor } from "../SourceTensor.js"

/** The tensors of a file that belong together, and the layer that the file describes of that name. */
export interface Module {
  readonly name: string
  readonly tensors: ReadonlyMap<string, SourceTensor>
  readonly layer: SourceLayer | undefined
}

/** The modules of a file, in its order. */
export const modulesOf = (
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
