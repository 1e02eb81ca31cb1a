import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Layer from "effect/Layer"
import { layer as bundled } from "../../dist/bundled/node-file-system.js"

/** The files of this machine, as `NodeFileSystem.layer` of `@effect/platform-node` gives them. */
export const layer: Layer.Layer<FileSystem.FileSystem> = bundled
