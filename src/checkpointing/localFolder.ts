import * as path from "node:path"
import { isUrl } from "./store/UrlStorage.js"

/**
 * The folder of this machine for what a run writes beside its checkpoints: its log, a profile, event
 * files. It is the folder of the checkpoints, or `checkpoints/bucket/prefix` where they are in a bucket.
 */
export const localFolder = (folder: string): string =>
  isUrl(folder) ? path.join("checkpoints", folder.slice("s3://".length)) : folder
