import type * as tf from "../../tf.js"
import { activateName } from "./activations.js"
import { convolve } from "./convolutions.js"
import type { GraphBuilder, Shape, Value } from "./GraphBuilder.js"
import { known, Unsupported } from "./GraphBuilder.js"
import { checkChannelsLast, type LayerInput, type LayerWriter } from "./LayerWriter.js"
import { t } from "../../language/Text.js"

/** A cell of a recurrent layer: the shapes of its states, and what it makes of an input and of states. */
interface Cell {
  readonly states: ReadonlyArray<ReadonlyArray<number>>
  readonly step: (
    builder: GraphBuilder,
    x: string,
    states: ReadonlyArray<string>
  ) => ReadonlyArray<string>
}

type CellLayer = tf.layers.Layer & { readonly cells?: ReadonlyArray<tf.layers.Layer> }
type Given = Pick<LayerInput, "weightsOf">

/** Weights by name, each where it is used: in the graph of a step. */
const namesOf = ({ weightsOf }: Given, layer: tf.layers.Layer, builder: GraphBuilder) => {
  const { bias, kernel, recurrent_kernel: recurrent } = weightsOf(layer)
  return {
    kernel: builder.weight(kernel!, 1),
    recurrent: builder.weight(recurrent!, 1),
    bias: bias && builder.weight(bias)
  }
}

const affine = (builder: GraphBuilder, x: string, matrix: string, bias: string | undefined) => {
  const product = builder.add("MatMul", [x, matrix])
  return bias === undefined ? product : builder.add("Add", [product, bias])
}

const simple = (given: Given, layer: tf.layers.Layer): Cell => {
  const config = layer.getConfig()
  return {
    states: [[Number(config["units"])]],
    step: (builder, x, [h]) => {
      const { bias, kernel, recurrent } = namesOf(given, layer, builder)
      const sum = builder.add("Add", [
        affine(builder, x, kernel, bias),
        builder.add("MatMul", [h!, recurrent])
      ])
      return [activateName(builder, sum, config["activation"])]
    }
  }
}

/** From the sums of the gates, in the order input, forget, cell, output (Hochreiter and Schmidhuber, 1997). */
const lstmStep = (
  builder: GraphBuilder,
  sums: string,
  c: string,
  axis: number,
  { activation, recurrentActivation }: Readonly<Record<string, unknown>>
): ReadonlyArray<string> => {
  const [i, f, g, o] = builder.addMany("Split", [sums], { axis }, 4) as [
    string,
    string,
    string,
    string
  ]
  const gate = (x: string) => activateName(builder, x, recurrentActivation)
  const kept = builder.add("Mul", [gate(f), c])
  const added = builder.add("Mul", [gate(i), activateName(builder, g, activation)])
  const cell = builder.add("Add", [kept, added])
  return [builder.add("Mul", [gate(o), activateName(builder, cell, activation)]), cell]
}

const lstm = (given: Given, layer: tf.layers.Layer): Cell => {
  const config = layer.getConfig()
  const units = Number(config["units"])
  return {
    states: [[units], [units]],
    step: (builder, x, [h, c]) => {
      const { bias, kernel, recurrent } = namesOf(given, layer, builder)
      const sums = builder.add("Add", [
        affine(builder, x, kernel, bias),
        builder.add("MatMul", [h!, recurrent])
      ])
      return lstmStep(builder, sums, c!, 1, config)
    }
  }
}

/**
 * The gates are update, reset, candidate; the reset comes before the product (Cho et al., 2014), or after
 * it, as in PyTorch: then there is a bias for each product.
 */
const gru = (given: Given, layer: tf.layers.Layer): Cell => {
  const config = layer.getConfig()
  const units = Number(config["units"])
  const isAfter = config["resetAfter"] === true
  const gate = (builder: GraphBuilder, x: string) =>
    activateName(builder, x, config["recurrentActivation"])
  return {
    states: [[units]],
    step: (builder, x, [h]) => {
      const { bias, kernel, recurrent } = namesOf(given, layer, builder)
      const split = (name: string) =>
        builder.addMany("Split", [name], { axis: 1 }, 3) as [string, string, string]
      const row = (of: string, i: number) => builder.add("Gather", [of, builder.integers(i)])
      const biases =
        bias !== undefined && isAfter ? [row(bias, 0), row(bias, 1)] : [bias, undefined]
      const [xz, xr, xh] = split(affine(builder, x, kernel, biases[0]))
      const [uz, ur, uh] = split(recurrent)
      const [bz, br, bh] = biases[1] === undefined ? [] : split(biases[1])
      const inner = (matrix: string, left: string, own?: string) =>
        affine(builder, left, matrix, own)
      const z = gate(builder, builder.add("Add", [xz, inner(uz, h!, bz)]))
      const r = gate(builder, builder.add("Add", [xr, inner(ur, h!, br)]))
      const hidden = isAfter
        ? builder.add("Mul", [r, inner(uh, h!, bh)])
        : inner(uh, builder.add("Mul", [r, h!]))
      const candidate = activateName(
        builder,
        builder.add("Add", [xh, hidden]),
        config["activation"]
      )
      const rest = builder.add("Sub", [builder.floats(1), z])
      return [
        builder.add("Add", [builder.add("Mul", [z, h!]), builder.add("Mul", [rest, candidate])])
      ]
    }
  }
}

/** As lstm, with convolutions for products, on images with the channels first (Shi et al., 2015). */
const convLstm = (given: Given, layer: tf.layers.Layer, input: Shape, output: Shape): Cell => {
  const config = layer.getConfig()
  checkChannelsLast(config)
  const image = output.slice(-3).map(known)
  const state = [image[2]!, image[0]!, image[1]!]
  return {
    states: [state, state],
    step: (builder, x, [h, c]) => {
      const { bias, kernel, recurrent_kernel: recurrent } = given.weightsOf(layer)
      const of = [null, ...input.slice(2)]
      const inputs = convolve({ builder }, x, of, config, kernel!, bias)
      const own = convolve({ builder }, h!, [null, ...image], { padding: "same" }, recurrent!)
      return lstmStep(builder, builder.add("Add", [inputs, own]), c!, 1, config)
    }
  }
}

/** Cells one above another; the states begin with those of the last one. */
const stacked = (cells: ReadonlyArray<Cell>): Cell => ({
  states: cells.toReversed().flatMap(({ states }) => states),
  step: (builder, x, states) => {
    const after: Array<ReadonlyArray<string>> = []
    let end = states.length
    let below = x
    for (const cell of cells) {
      const own = states.slice(end - cell.states.length, end)
      end -= cell.states.length
      after.unshift(cell.step(builder, below, own))
      below = after[0]![0]!
    }
    return after.flat()
  }
})

const cellOf = (given: Given, layer: CellLayer, input: Shape, output: Shape): Cell => {
  switch (layer.getClassName()) {
    case "SimpleRNNCell":
      return simple(given, layer)
    case "LSTMCell":
      return lstm(given, layer)
    case "GRUCell":
      return gru(given, layer)
    case "ConvLSTM2DCell":
      return convLstm(given, layer, input, output)
    case "StackedRNNCells":
      return stacked(layer.cells!.map((cell) => cellOf(given, cell, input, output)))
    default:
      throw new Unsupported(
        t`has the cell ${layer.getClassName()}, which cannot be written as ONNX here`
      )
  }
}

/**
 * A recurrent layer: a loop over the time steps, in which a masked step leaves the states as they were.
 * `reversed` gives its sequence from the end, as `bidirectional` wants it.
 */
const recurrentLayer = (
  given: LayerInput,
  layer: tf.layers.Layer,
  shape: Shape,
  reversed = false
): Value => {
  const { builder, input } = given
  const of = layer as unknown as {
    readonly cell: CellLayer
    readonly goBackwards: boolean
    readonly returnSequences: boolean
    readonly returnState: boolean
    readonly stateful: boolean
  }
  if (of.returnState) throw new Unsupported(t`returns its state; leave out returnState`)
  if (of.stateful) throw new Unsupported(t`is stateful; build it without stateful to export it`)
  if (given.inputs.length > 1) throw new Unsupported(t`takes an initial state as an input`)
  const cell = cellOf(given, of.cell, input.shape, shape)
  const { mask } = input
  if (mask !== undefined && of.cell.cells !== undefined) {
    throw new Unsupported(t`stacks cells over a masked sequence`)
  }

  const isImages = cell.states[0]!.length > 1
  const x = isImages
    ? builder.add("Transpose", [builder.last(input)], { perm: [0, 1, 4, 2, 3] })
    : builder.last(input)
  const body = builder.inner()
  const states = cell.states.map(() => body.name("state"))
  const step = body.name("input")
  const counts = body.name("mask")
  const next = cell.step(body, step, states)
  const isNow = mask === undefined ? null : body.add("Unsqueeze", [counts, body.integers(1)])
  // An output of a graph is not its input, nor twice the same.
  const after = next.map((name, i) =>
    isNow === null ? body.add("Identity", [name]) : body.add("Where", [isNow, name, states[i]!])
  )
  const output = body.add("Identity", [after[0]!])
  const floats = (name: string, shape: ReadonlyArray<number>) =>
    ({ name, type: "float32", shape: [null, ...shape] }) as const
  const graph = body.graph(
    "step",
    [
      ...states.map((name, i) => floats(name, cell.states[i]!)),
      { name: step, type: "float32" },
      ...(mask === undefined ? [] : [{ name: counts, type: "bool" } as const])
    ],
    [...after.map((name, i) => floats(name, cell.states[i]!)), floats(output, cell.states[0]!)]
  )
  const scanned = mask === undefined ? [x] : [x, mask]
  const each = (value: number) => scanned.map(() => value)
  const results = builder.addMany(
    "Scan",
    [
      ...cell.states.map((lengths) =>
        builder.add("Expand", [builder.floats(0), builder.shapeOf(x, ...lengths)])
      ),
      ...scanned
    ],
    {
      body: graph,
      num_scan_inputs: scanned.length,
      scan_input_axes: each(1),
      scan_input_directions: each(of.goBackwards ? 1 : 0),
      scan_output_axes: [1],
      scan_output_directions: [reversed ? 1 : 0]
    },
    cell.states.length + 1
  )
  if (!of.returnSequences) {
    return isImages ? { shape, first: results[0]! } : { shape, last: results[0]! }
  }
  const sequence = results.at(-1)!
  const last = isImages ? builder.add("Transpose", [sequence], { perm: [0, 1, 3, 4, 2] }) : sequence
  return { shape, last, ...(mask !== undefined && { mask }) }
}

const recurrent: LayerWriter = (given) => recurrentLayer(given, given.layer, given.shape)

const bidirectional: LayerWriter = (given) => {
  const { builder, inputs, layer } = given
  const { backwardLayer, forwardLayer, mergeMode } = layer as unknown as {
    readonly forwardLayer: tf.layers.RNN & { readonly returnSequences: boolean }
    readonly backwardLayer: tf.layers.Layer
    readonly mergeMode: string | null
  }
  if (inputs.length > 1) throw new Unsupported(t`takes an initial state as an input`)
  const shape = forwardLayer.computeOutputShape([...given.input.shape]) as Array<number | null>
  const forward = recurrentLayer(given, forwardLayer, shape)
  const backward = recurrentLayer(given, backwardLayer, shape, forwardLayer.returnSequences)
  const both = [builder.last(forward), builder.last(backward)]
  const merged = (last: string): Value => ({ ...forward, shape: given.shape, last })
  switch (mergeMode) {
    case "concat":
      return merged(builder.add("Concat", both, { axis: -1 }))
    case "sum":
      return merged(builder.add("Add", both))
    case "ave":
      return merged(builder.add("Mean", both))
    case "mul":
      return merged(builder.add("Mul", both))
    default:
      return [forward, backward]
  }
}

/** A layer for each time step: once, on steps and examples together. */
const timeDistributed: LayerWriter = ({ builder, input, layer, shape, write }) => {
  const { layer: inner } = layer as unknown as { readonly layer: tf.layers.Layer }
  const x = builder.last(input)
  const steps = builder.add("Shape", [x], { start: 0, end: 2 })
  const joined = (lengths: Shape) => [null, ...lengths]
  const own = input.shape.slice(2)
  const rows = builder.add("Reshape", [x, builder.integers(-1, ...own.map(known))])
  const after = shape.slice(2)
  const result = write(inner, { shape: joined(own), last: rows }, joined(after))
  const lengths = builder.add("Concat", [steps, builder.integers(...after.map(known))], { axis: 0 })
  return {
    shape,
    last: builder.add("Reshape", [builder.last(result), lengths]),
    ...(input.mask !== undefined && { mask: input.mask })
  }
}

/** The writers of recurrent layers and wrappers, by the names of their classes. */
export const recurrents: Readonly<Record<string, LayerWriter>> = {
  RNN: recurrent,
  SimpleRNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  ConvLSTM2D: recurrent,
  Bidirectional: bidirectional,
  TimeDistributed: timeDistributed
}
