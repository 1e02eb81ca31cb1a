// A process of its own: `tsx bench/checkpoints/findFirst.ts FOLDER` finds the latest and the best in
// the folder and prints how long that took, in milliseconds.
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as FileStorage from "../../src/checkpointing/store/FileStorage.js"
import { find } from "./find.js"
import { timed } from "./turns.js"

console.log(
  await Effect.runPromise(Effect.provide(
      timed(find(process.argv[2]!)),
      Layer.provide(FileStorage.layer, NodeFileSystem.layer)
    ))
)
