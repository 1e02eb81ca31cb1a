import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { type BackendName, backendNames, isBackendName } from "../backends/BackendName.js"
import { t } from "../language/Text.js"
import { value, type Parameter } from "./Command.js"

/** `--backend`, else `HOLDFAST_BACKEND`: the requested backend, if one is requested. */
export const backend: Parameter<Option.Option<BackendName>> = {
  ...value(
    "NAME",
    t`compute on ${backendNames.join(", ")}; default: HOLDFAST_BACKEND, else that of training.backend or of the checkpoint, else the faster one (webgpu only on request)`
  ),
  read: ([given], environment) => {
    const name = given ?? (environment["HOLDFAST_BACKEND"] || undefined)
    if (name === undefined) return Either.right(Option.none())
    return isBackendName(name)
      ? Either.right(Option.some(name))
      : Either.left(
          t`--backend or HOLDFAST_BACKEND is ${name}; choose one of ${backendNames.join(", ")}`
        )
  }
}
