import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { BackendNameSchema, backendNames } from "../backends/Backend.js"
import { t } from "../language/Text.js"

/** The parser's own message would not say which option it is about. */
const backendName = (name: string) =>
  Effect.mapError(Schema.decodeUnknown(BackendNameSchema)(name), () =>
    ValidationError.invalidValue(
      HelpDoc.p(t`--backend or HOLDFAST_BACKEND is ${name}; there are ${backendNames.join(", ")}`)
    )
  )

/** `--backend`, or else `HOLDFAST_BACKEND`: the backend that is asked for, if one is. */
export const backend = Options.text("backend").pipe(
  Options.withFallbackConfig(Config.nonEmptyString("HOLDFAST_BACKEND")),
  Options.mapEffect(backendName),
  Options.optional
)
