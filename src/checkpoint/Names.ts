import type { CheckpointMeta } from "./Checkpoint.js"

/** The two names under which a run's checkpoints can always be opened. */
export type CheckpointName = "latest" | "best"

/** What the names of checkpoints end with. */
export const extension = ".safetensors"

/** The files of the two names: each another name of the file that holds the checkpoint. */
export const fileNames: Record<CheckpointName, string> = {
  latest: `latest_checkpoint${extension}`,
  best: `best_model${extension}`
}

/** Which of the two names a file has. */
export const aliasOf = (file: string): CheckpointName | undefined =>
  file === fileNames.latest ? "latest" : file === fileNames.best ? "best" : undefined

/** Whether a file is named as a checkpoint is; what begins with a dot is not yet one. */
export const isCheckpoint = (file: string): boolean =>
  file.endsWith(extension) && !file.startsWith(".")

/** The file whose being there pins a checkpoint. */
export const pinOf = (file: string): string => `${file}.pin`

/** A name for a checkpoint, by its place, that is not `taken`: nothing is ever written over. */
export const own = (
  { epoch, step }: Pick<CheckpointMeta, "epoch" | "step">,
  taken: ReadonlySet<string>
): string => {
  const place = `epoch-${String(epoch).padStart(4, "0")}-step-${String(step).padStart(6, "0")}`
  let name = place + extension
  for (let nth = 2; taken.has(name); nth++) name = `${place}-${nth}${extension}`
  return name
}

/** Whether a file has a name that `own` gives, and which retention may therefore remove. */
export const isOwn = (file: string): boolean =>
  /^epoch-\d{4,}-step-\d{6,}(-\d+)?\.safetensors$/.test(file)
