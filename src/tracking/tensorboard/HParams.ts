import * as Protobuf from "../../io/Protobuf.js"
import { plugin, type Value } from "./Summary.js"

/**
 * What the HPARAMS tab shows of a run: its config, when it began and how it ended; messages of
 * https://github.com/tensorflow/tensorboard/blob/master/tensorboard/plugins/hparams/plugin_data.proto.
 */
export type Settings = Readonly<Record<string, string | number | boolean>>

/** That the run has begun, with these hyperparameters. */
export const started = (settings: Settings, seconds: number): Value =>
  value("_hparams_/session_start_info", [
    Protobuf.nested(
      3,
      Protobuf.message(
        Protobuf.repeated(1, Object.entries(settings), (field, [name, setting]) =>
          Protobuf.nested(
            field,
            Protobuf.message(Protobuf.text(1, name), Protobuf.nested(2, structValue(setting)))
          )
        ),
        Protobuf.double(5, seconds)
      )
    )
  ])

/** That it has ended. */
export const ended = (status: "success" | "failure", seconds: number): Value =>
  value("_hparams_/session_end_info", [
    Protobuf.nested(
      4,
      Protobuf.message(
        Protobuf.integer(1, status === "success" ? 1 : 2),
        Protobuf.double(2, seconds)
      )
    )
  ])

/** A `google.protobuf.Value`. */
const structValue = (setting: string | number | boolean): Protobuf.Message =>
  typeof setting === "number"
    ? Protobuf.double(2, setting)
    : typeof setting === "string"
      ? Protobuf.text(3, setting)
      : Protobuf.integer(4, Number(setting))

const value = (tag: string, content: ReadonlyArray<Protobuf.Message>): Value =>
  Protobuf.message(
    Protobuf.text(1, tag),
    // A tensor of no element: the plugin reads the metadata only.
    Protobuf.nested(8, Protobuf.message(Protobuf.integer(1, 1), Protobuf.nested(2, noElement))),
    plugin("hparams", content, 2)
  )

const noElement = Protobuf.nested(2, Protobuf.integer(1, 0))
