import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { t } from "../language/Text.js"
import { backend } from "./BackendOption.js"
import * as Command from "./Command.js"

/** The argument of commands that load a pipeline. */
export const pipeline = Command.argument(t`the pipeline file, TypeScript or JavaScript`)

/** The options of commands that run a pipeline, or rehearse it. */
export const options = {
  config: Command.value(
    "PATH",
    t`the config file; default: config.json here, else beside the pipeline or in a folder above it`
  ),
  set: Command.values("PATH=VALUE", t`set a config field; may be repeated`),
  backend
} as const

/** An option whose value is a number; of things that are counted, an integer of at least 1. */
export const number = (
  name: string,
  placeholder: string,
  meaning: string
): Command.Parameter<Option.Option<number>> => ({
  ...Command.value(placeholder, meaning),
  read: ([given]) =>
    given === undefined
      ? Either.right(Option.none())
      : placeholder === "N"
        ? /^[1-9]\d*$/.test(given)
          ? Either.right(Option.some(Number(given)))
          : Either.left(t`--${name} is ${given}; give an integer of at least 1`)
        : given.trim() !== "" && Number.isFinite(Number(given))
          ? Either.right(Option.some(Number(given)))
          : Either.left(t`--${name} is ${given}; give a number`)
})
