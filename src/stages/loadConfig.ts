import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { loadConfig as load } from "../config/ConfigSource.js"
import * as Stage from "../Stage.js"
import { t } from "../language/Text.js"
import { Preflight } from "../training/RunPlan.js"
import * as Inputs from "./Inputs.js"

/** Reads the config (`config.json`, or `--config PATH`), with what `--set` overrides, by `schema`. */
export const loadConfig = <C, I>(schema: Schema.Schema<C, I>) =>
  Stage.make("loadConfig", {
    description: t`read and check the configuration`,
    gives: Inputs.config.what,
    schema,
    run: () =>
      Effect.tap(load(schema), (config) => Effect.flatMap(Preflight, ({ check }) => check(config)))
  })
