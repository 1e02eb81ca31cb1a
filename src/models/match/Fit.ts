import type { SourceTensor } from "../SourceTensor.js"
import type { Module } from "./Module.js"
import type { Slot, Unit } from "./Unit.js"

/** Whether a module has all that a unit needs, in its shapes, and nothing else. */
export const fits = (unit: Unit, module: Module): boolean =>
  isAlike(unit, module) &&
  unit.slots.every((slot) => found(slot, module).every(({ shape }) => isSame(shape, slot.shape)))

/** The same, whatever the shapes. */
export const isAlike = (unit: Unit, module: Module): boolean => {
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

const isClass = ({ layer }: Unit, module: Module): boolean =>
  module.layer === undefined || module.layer.className === layer.layer.getClassName()

/** The tensors of a module that are there for a slot. */
export const found = (slot: Slot, { tensors }: Module): ReadonlyArray<SourceTensor> => {
  const all = slot.parameters.flatMap((name) => tensors.get(name) ?? [])
  // Without a layout the names are alternatives, of which one does.
  return slot.layout === null ? all.slice(0, 1) : all
}

/** Whether two shapes are equal. */
export const isSame = (a: ReadonlyArray<number>, b: ReadonlyArray<number>) => `${a}` === `${b}`
