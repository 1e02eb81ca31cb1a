import { pipelineOf } from "../../support/session.js"

/** What the workers of the tests load: blobs, with batch normalization and dropout. */
export default pipelineOf()
