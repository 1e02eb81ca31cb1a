import * as Effect from "effect/Effect"
import { preferred } from "../../src/checkpointing/SelectCheckpoint.js"
import { scan } from "../../src/checkpointing/store/FolderScan.js"

/** Finds which checkpoints in a folder are the latest and the best: a load would begin with them. */
export const find = (folder: string) =>
  Effect.map(scan(folder), ({ ranked }) =>
    (["latest", "best"] as const).map((name) => preferred(ranked, name)[0]!.path)
  )
