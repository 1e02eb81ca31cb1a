export { blobs, BlobsConfig, blobsNet } from "holdfast/testing"
