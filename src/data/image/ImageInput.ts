import * as Schema from "effect/Schema"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/**
 * How an input is made of an image, as a dataset declares it in `preprocessing`: red, green and blue, or
 * one channel of gray by ITU-R BT.601; scaled to `height` × `width` by a triangle filter, of the largest
 * centred rectangle of this shape (`fit` "crop") or of the whole image ("stretch"). Where there are a
 * `mean` and a `std`, of each channel, the model takes `(x / 255 - mean) / std`; else bytes, with the
 * normalization of the input.
 */
export const ImageInput = Schema.Struct({
  kind: Schema.Literal("image"),
  height: Schema.Int,
  width: Schema.Int,
  channels: Schema.Literal(1, 3),
  fit: Schema.Literal("crop", "stretch"),
  mean: optional(Schema.Array(Schema.Number)),
  std: optional(Schema.Array(Schema.Number)),
  decoder: Schema.Literal("javascript", "sharp")
})
export type ImageInput = typeof ImageInput.Type
