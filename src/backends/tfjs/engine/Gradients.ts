import type { Tensor } from "../../../tf.js"
import * as tf from "../../../tf.js"
import { type Engine, engine, type TapeNode } from "./Engine.js"

/**
 * Gradients as TensorFlow.js computes them, in the same order, which looks in vain once per weight at each input of
 * each operation that none leads to.
 */
export const patch = (): void => {
  const target = engine()
  const { gradients } = target
  target.gradients = function (this: Engine, f, xs, dy, allowNoGradients = false) {
    // Refused there, with words for it.
    if (xs.length === 0 || (dy != null && dy.dtype !== "float32")) {
      return gradients.call(this, f, xs, dy, allowNoGradients)
    }
    const y = onTape(this, f)
    tf.util.assert(y instanceof tf.Tensor, () => "The result y returned by f() must be a tensor.")
    const { nodes, tensors } = dependent(this.state.activeTape!, xs)
    if (!allowNoGradients && !nodes.some(({ outputs }) => outputs.includes(y))) {
      throw new Error(
        "Cannot compute gradient of y=f(x) with respect to x. Make sure " +
          "that the f you passed encloses all operations that lead from x to y."
      )
    }
    return this.tidy("backward", () => {
      const found = new Map<number, Tensor>([[y.id, dy ?? tf.ones(y.shape)]])
      for (let i = nodes.length - 1; i >= 0; i--) through(this, nodes[i]!, tensors, found)
      const grads = xs.map((x) => found.get(x.id)!)
      const { state } = this
      if (state.gradientDepth === 0) {
        for (const { saved } of state.activeTape!) for (const tensor of saved) tensor.dispose()
        state.activeTape = null
      }
      return { value: y, grads }
    })
  }
}

const onTape = (engine: Engine, f: () => Tensor): Tensor => {
  engine.startTape()
  try {
    return engine.tidy("forward", f)
  } finally {
    engine.endTape()
  }
}

/** The operations that depend on any x, in order, and the ids of the tensors that do. */
const dependent = (tape: ReadonlyArray<TapeNode>, xs: ReadonlyArray<Tensor>) => {
  const tensors = new Set<number>()
  for (const { id } of xs) tensors.add(id)
  const nodes: Array<TapeNode> = []
  for (const node of tape) {
    for (const name in node.inputs) {
      if (!tensors.has(node.inputs[name]!.id)) continue
      for (const { id } of node.outputs) tensors.add(id)
      nodes.push(node)
      break
    }
  }
  return { nodes, tensors }
}

/**
 * Takes the gradients found by the outputs of an operation, if there are any, on to those of its inputs that are
 * `wanted`.
 */
const through = (
  engine: Engine,
  { gradient, inputs, kernelName, outputs }: TapeNode,
  wanted: ReadonlySet<number>,
  found: Map<number, Tensor>
): void => {
  const dys = outputs.map(({ id }) => found.get(id) ?? null)
  if (dys.every((dy) => dy === null)) return
  if (gradient == null) {
    throw new Error(`Cannot compute gradient: gradient function not found for ${kernelName}.`)
  }
  const byInput = gradient(dys)
  for (const name in inputs) {
    const x = inputs[name]!
    if (!wanted.has(x.id)) continue
    const own = byInput[name]
    if (own === undefined) {
      throw new Error(
        `Cannot backprop through input ${name}. Available gradients found: ${Object.keys(byInput)}.`
      )
    }
    const dx = engine.tidy(own)
    if (dx.dtype !== "float32") {
      throw new Error(
        `Error in gradient for op ${kernelName}. The gradient of input ` +
          `${name} must have 'float32' dtype, but has '${dx.dtype}'`
      )
    }
    if (!tf.util.arraysEqual(dx.shape, x.shape)) {
      throw new Error(
        `Error in gradient for op ${kernelName}. The gradient of input ` +
          `'${name}' has shape '${dx.shape}', which does not match ` +
          `the shape of the input '${x.shape}'`
      )
    }
    const before = found.get(x.id)
    if (before === undefined) found.set(x.id, dx)
    else {
      found.set(x.id, tf.add(before, dx))
      before.dispose()
    }
  }
}
