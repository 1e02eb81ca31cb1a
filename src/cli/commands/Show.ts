import * as Effect from "effect/Effect"
import { stringify } from "../../events/JsonLines.js"
import { t } from "../../language/Text.js"
import type { Pipeline } from "../../Pipeline.js"
import type { Stage } from "../../Stage.js"
import { Output } from "../../terminal/Output.js"
import { displayWidth, padEnd } from "../../terminal/Table.js"
import * as Command from "../Command.js"
import { onPlatform } from "../Platform.js"

/** `holdfast show`. */
export const show = Command.make({
  name: "show",
  summary: t`Draw the stages of a pipeline without running it`,
  examples: [["holdfast show pipelines/speaker.ts", t`draw the tree of stages`]],
  arguments: { pipeline: Command.argument(t`the pipeline file, TypeScript or JavaScript`) },
  options: { json: Command.flag(t`print the tree as JSON`) },
  run: (given) =>
    onPlatform(
      Effect.gen(function* () {
        const { out } = yield* Output
        const PipelineFile = yield* Effect.promise(() => import("../PipelineFile.js"))
        const pipeline = yield* PipelineFile.load(given.pipeline)
        yield* out(given.json ? `${stringify(toJson(pipeline))}\n` : `${draw(pipeline)}\n`)
      })
    )
})

/** The tree as text: a stage a line, followed by its description. */
export const draw = (pipeline: Pipeline.Any): string => {
  const lines = branches(pipeline.stages, "")
  const width = Math.max(0, ...lines.map(([branch]) => displayWidth(branch)))
  return [
    pipeline.name,
    ...lines.map(([branch, description]) => `${padEnd(branch, width)}  ${description}`.trimEnd())
  ].join("\n")
}

const branches = (
  stages: ReadonlyArray<Stage.Any>,
  indent: string
): ReadonlyArray<readonly [branch: string, description: string]> =>
  stages.flatMap((stage, i) => {
    const last = i === stages.length - 1
    return [
      [`${indent}${last ? "└─ " : "├─ "}${stage.name}`, stage.description] as const,
      ...branches(stage.children, indent + (last ? "   " : "│  "))
    ]
  })

interface Node {
  readonly name: string
  readonly description: string
  readonly stages: ReadonlyArray<Node>
}

/** The tree for programs. */
export const toJson = (
  pipeline: Pipeline.Any
): { readonly name: string; readonly stages: ReadonlyArray<Node> } => {
  const node = (stage: Stage.Any): Node => ({
    name: stage.name,
    description: stage.description,
    stages: stage.children.map(node)
  })
  return { name: pipeline.name, stages: pipeline.stages.map(node) }
}
