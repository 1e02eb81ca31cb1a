import * as Png from "../../io/Png.js"
import * as Protobuf from "../../io/Protobuf.js"
import type { Histogram } from "./Histogram.js"

/**
 * What an event can show: values of summary.proto, each under a tag
 * (https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/summary.proto).
 */
export type Value = Protobuf.Message

/** A number. TensorBoard keeps it as a 32-bit float. */
export const scalar = (tag: string, value: number): Value =>
  Protobuf.message(Protobuf.text(1, tag), Protobuf.float(2, value))

/** A picture. */
export const image = (tag: string, picture: Png.Picture): Value =>
  Protobuf.message(
    Protobuf.text(1, tag),
    Protobuf.nested(
      4,
      Protobuf.message(
        Protobuf.integer(1, picture.height),
        Protobuf.integer(2, picture.width),
        // RGB
        Protobuf.integer(3, 3),
        Protobuf.bytes(4, Png.encode(picture))
      )
    )
  )

/** A histogram. */
export const histogram = (tag: string, values: Histogram): Value =>
  Protobuf.message(
    Protobuf.text(1, tag),
    Protobuf.nested(
      5,
      Protobuf.message(
        Protobuf.double(1, values.lowest),
        Protobuf.double(2, values.highest),
        Protobuf.double(
          3,
          values.counts.reduce((a, b) => a + b, 0)
        ),
        Protobuf.double(4, values.sum),
        Protobuf.double(5, values.sumOfSquares),
        Protobuf.packedDoubles(6, values.ends),
        Protobuf.packedDoubles(7, values.counts)
      )
    )
  )

/** A text, shown as Markdown. */
export const text = (tag: string, markdown: string): Value =>
  Protobuf.message(
    Protobuf.text(1, tag),
    Protobuf.nested(
      8,
      Protobuf.message(
        // DT_STRING
        Protobuf.integer(1, 7),
        Protobuf.nested(2, shape()),
        Protobuf.text(8, markdown)
      )
    ),
    plugin("text", [], 2)
  )

/** Which plugin of TensorBoard shows a value, its content, and the class of the data: 1 scalar, 2 tensor. */
export const plugin = (name: string, content: ReadonlyArray<Protobuf.Message>, dataClass: number) =>
  Protobuf.nested(
    9,
    Protobuf.message(
      Protobuf.nested(
        1,
        Protobuf.message(Protobuf.text(1, name), Protobuf.nested(2, Protobuf.message(...content)))
      ),
      ...(dataClass === 0 ? [] : [Protobuf.integer(4, dataClass)])
    )
  )

const shape = (...sizes: ReadonlyArray<number>): Protobuf.Message =>
  Protobuf.repeated(2, sizes, (field, size) => Protobuf.nested(field, Protobuf.integer(1, size)))
