import type { LayerWriter } from "./LayerWriter.js"

const [float, bool] = [1, 9]

/** The mean or the largest of the steps that count. */
const maskedPooling: LayerWriter = ({ builder, config, input, shape }) => {
  const x = builder.last(input)
  const isMean = config["mode"] === "mean"
  const over = { axes: [1], keepdims: 0 }
  if (input.mask === undefined) {
    return { shape, last: builder.add(isMean ? "ReduceMean" : "ReduceMax", [x], over) }
  }
  const isStep = builder.add("Unsqueeze", [input.mask, builder.integers(2)])
  const counts = builder.add("Cast", [isStep], { to: float })
  const steps = builder.add("ReduceSum", [counts, builder.integers(1)], { keepdims: 0 })
  const one = builder.floats(1)
  if (isMean) {
    const own = builder.add("Mul", [x, counts])
    const sum = builder.add("ReduceSum", [own, builder.integers(1)], { keepdims: 0 })
    return { shape, last: builder.add("Div", [sum, builder.add("Max", [steps, one])]) }
  }
  const own = builder.add("Where", [isStep, x, builder.floats(-3e38)])
  const most = builder.add("ReduceMax", [own], over)
  return { shape, last: builder.add("Mul", [most, builder.add("Min", [steps, one])]) }
}

/** The second input becomes the mask of the first. */
const applyMask: LayerWriter = ({ builder, inputs: [x, given], shape }) => ({
  shape,
  last: builder.last(x!),
  mask: builder.add("Cast", [builder.last(given!)], { to: bool })
})

/** The layers about masks, by their class names. */
export const masks: Readonly<Record<string, LayerWriter>> = {
  MaskedPooling: maskedPooling,
  ApplyMask: applyMask
}
