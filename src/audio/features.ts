/**
 * What makes inputs of recordings: nothing of it needs Node, so that a page in a browser computes what
 * training has seen. See examples/listen.
 */
export * as LogMel from "./LogMel.js"
export * as Resample from "./Resample.js"
export { StatisticsPooling } from "./StatisticsPooling.js"
export * as Windows from "./Windows.js"
