import { pipelineOf } from "../../support/session.js"

/** What the threads of the soak test load: blobs, with batch normalization and dropout. */
export default pipelineOf()
