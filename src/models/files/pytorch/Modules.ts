import type { SourceTensor } from "../../SourceTensor.js"

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
