import type * as Schema from "effect/Schema"
import { loadConfig as load } from "../config/ConfigSource.js"
import * as Stage from "../Stage.js"

/** Reads the config (`config.json`, or `--config PATH`), with what `--set` overrides, by `schema`. */
export const loadConfig = <C, I>(schema: Schema.Schema<C, I>) =>
  Stage.make("loadConfig", {
    description: "read and check the configuration",
    run: () => load(schema)
  })
