/**
 * For the tests of pipelines, stages and stores: sessions that are interrupted or killed at any event,
 * exactness, the contract of a store, and deterministic data. Independent of the test runner.
 */
export { blobs, BlobsConfig, BlobsData, BlobsModel, blobsNet } from "./Blobs.js"
export { essence } from "./Essence.js"
export { checkExactness, type Exactness } from "./Exactness.js"
export { session, type Outcome, type Session } from "./Session.js"
export { content, sample, sampleMeta, tensor } from "./SampleCheckpoint.js"
export { storeContract, type ContractCase, type StorageSubject } from "./StoreContract.js"
export { temporaryFolder } from "./TemporaryFolder.js"
