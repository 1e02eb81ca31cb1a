import * as Schema from "effect/Schema"
import { FormatErrorReason } from "../io/FormatError.js"
import * as Printable from "../io/Printable.js"
import { t } from "../language/Text.js"

/** Why a model of another program cannot be read. */
export const ModelFileErrorReason = Schema.Literal(
  "NotFound",
  "Unreadable",
  /** It is none of the formats that are read. */
  "UnknownFormat",
  ...FormatErrorReason.literals
)
export type ModelFileErrorReason = typeof ModelFileErrorReason.Type

const sentences: Record<ModelFileErrorReason, { what: string; wayOut: string }> = {
  NotFound: { what: t`does not exist`, wayOut: t`check the path` },
  Unreadable: { what: t`cannot be read`, wayOut: t`fix the cause and try again` },
  UnknownFormat: {
    what: t`is no model that Holdfast reads`,
    wayOut: t`use model.json, .keras, .h5, .pth, .pt or .safetensors`
  },
  Truncated: { what: t`is truncated`, wayOut: t`copy or download it again` },
  Damaged: { what: t`is damaged`, wayOut: t`copy or download it again` },
  TooLarge: {
    what: t`is refused, as it declares too much`,
    wayOut: t`if you trust it, save only the weights again with the program that made it`
  },
  Forbidden: {
    what: t`is refused`,
    wayOut: t`if you trust it, save only the weights again, as by torch.save(model.state_dict(), path)`
  },
  Unsupported: {
    what: t`cannot be imported`,
    wayOut: t`docs/import.md lists what can be`
  }
}

/** A file of another program at `path` that cannot be read; `where` says at which entry or byte. */
export class ModelFileError extends Schema.TaggedError<ModelFileError>()("ModelFileError", {
  reason: ModelFileErrorReason,
  path: Schema.String,
  where: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    const { what, wayOut } = sentences[this.reason]
    const path = Printable.value(this.path)
    const where = this.where === "" ? "" : `${Printable.value(this.where)}: `
    return this.detail === ""
      ? t`${path} ${what} (${wayOut})`
      : t`${path} ${what}: ${where}${Printable.value(this.detail)} (${wayOut})`
  }
}
