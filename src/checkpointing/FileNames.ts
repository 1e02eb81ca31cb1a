import type { CheckpointMeta } from "./Checkpoint.js"

/** The name of a best checkpoint: the run's own, or one by a further metric that it tracks. */
export type BestName = "best" | `best_${string}`

/** The well-known names, under which checkpoints of a run can always be opened. */
export type CheckpointName = "latest" | BestName

/** The name of the log in the folder of a run, see `runlog/`. */
export const logFile = "events.ndjson"

/** The name of the file with what people call a run: name, tags, notes. */
export const descriptionFile = "run.json"

/** The name of the definition in the folder of a sweep, in which the folders of its trials are. */
export const sweepFile = "sweep.json"

/** The name of the file beside it in which the tickets are recorded. */
export const ticketsFile = "tickets.ndjson"

/** Whether a file is part of the record of a run, which goes with its checkpoints: its log and curves. */
export const isRecord = (file: string): boolean =>
  file === logFile || file === descriptionFile || file.startsWith("events.out.tfevents.")

/** What the names of checkpoints end with. */
export const extension = ".safetensors"

/** The files of the two names that every run has. */
export const fileNames = {
  latest: `latest_checkpoint${extension}`,
  best: `best_model${extension}`
} as const

/** The file of a name: another name of the file that holds the checkpoint. */
export const fileOf = (name: CheckpointName): string =>
  name === "latest" || name === "best" ? fileNames[name] : name + extension

/** The well-known name of a file. */
export const aliasOf = (file: string): CheckpointName | undefined => {
  if (file === fileNames.latest) return "latest"
  if (file === fileNames.best) return "best"
  const stem = file.slice(0, -extension.length)
  return file.endsWith(extension) && isFurther(stem) ? stem : undefined
}

/** Whether a text is the name of the best by a further metric. */
export const isFurther = (text: string): text is `best_${string}` =>
  /^best_[\w-]{1,100}$/.test(text) && text !== "best_model"

/** Whether a file has the name of a checkpoint; a temporary file begins with a dot. */
export const isCheckpoint = (file: string): boolean =>
  file.endsWith(extension) && !file.startsWith(".")

/** The file whose existence pins a checkpoint. */
export const pinOf = (file: string): string => `${file}.pin`

/** A name for a checkpoint, from its position, that is not `taken`: no file is ever overwritten. */
export const own = (
  { epoch, step }: Pick<CheckpointMeta, "epoch" | "step">,
  taken: ReadonlySet<string>
): string => {
  const position = `epoch-${String(epoch).padStart(4, "0")}-step-${String(step).padStart(6, "0")}`
  let name = position + extension
  for (let nth = 2; taken.has(name); nth++) name = `${position}-${nth}${extension}`
  return name
}

/** Whether a file has a name made by `own`: retention may remove it. */
export const isOwn = (file: string): boolean =>
  /^epoch-\d{4,}-step-\d{6,}(-\d+)?\.safetensors$/.test(file)
