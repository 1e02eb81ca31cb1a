import { Objective, Stages } from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "holdfast/testing"

/** What both pipelines begin with, and the network that they share. */
export const config = Stages.loadConfig(BlobsConfig)
export const data = Stages.loadDataset((config: BlobsConfig) => blobs(config))
export const network = { model: blobsNet, objective: Objective.classification }
