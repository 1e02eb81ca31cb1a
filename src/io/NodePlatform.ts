import * as Layer from "effect/Layer"
import * as NodeFileSystem from "./NodeFileSystem.js"
import * as NodePath from "./NodePath.js"

/** The files and paths of this machine. */
export const layer = Layer.merge(NodeFileSystem.layer, NodePath.layer)
