export { content, sample, sampleMeta, tensor } from "holdfast/testing"
