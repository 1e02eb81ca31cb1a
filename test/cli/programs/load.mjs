/** Loads each file that is named as a pipeline's, and prints the messages as JSON. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as PipelineFile from "../../../dist/cli/PipelineFile.js"

const messages = await Effect.forEach(process.argv.slice(2), (path) =>
  Effect.match(PipelineFile.load(path), {
    onFailure: (error) => `${error.reason}: ${error.message}`,
    onSuccess: (pipeline) => pipeline.name
  })
).pipe(Effect.provide(NodeFileSystem.layer), Effect.provide(NodePath.layer), Effect.runPromise)

process.stdout.write(JSON.stringify(messages))
