import { copyFileSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Chain } from "./abuse.js"
import { projectFile } from "./child.js"

/** A config for a few seconds. */
const settings = [
  "data.synthetic.speakers=2",
  "data.synthetic.utterances=30",
  "model.filters=16",
  "training.num_epochs=3",
  "training.batch_size=16",
  "training.learning_rate=0.01",
  "training.save_interval=1"
].flatMap((setting) => ["--set", setting])

/** A new chain on the speaker pipeline, small, with options. */
export const speakerChain = (...options: ReadonlyArray<string>): Chain => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-e2e-"))
  copyFileSync(projectFile("config.json"), join(folder, "config.json"))
  return { folder, args: [...settings, ...options, projectFile("pipelines/speaker.ts")] }
}
