import { join } from "node:path"
import type { Definition } from "./Definition.js"
import type { Sample } from "./space/Space.js"
import { configFile } from "./SweepFolder.js"

/** The words after `holdfast` that train with some parameters of a sweep, as a user could type them. */
export const runWords = (
  { pipeline }: Pick<Definition, "pipeline">,
  {
    checkpointDir,
    folder,
    parameters
  }: {
    /** The folder of the sweep. */
    readonly folder: string
    readonly parameters: Sample
    readonly checkpointDir: string
  }
): ReadonlyArray<string> => [
  "run",
  pipeline,
  "--config",
  join(folder, configFile),
  ...Object.entries(parameters).flatMap(([path, value]) => [
    "--set",
    `${path}=${JSON.stringify(value)}`
  ]),
  "--set",
  `training.checkpoint_dir=${checkpointDir}`
]
