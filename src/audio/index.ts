/** Data of speakers: recordings in a folder as log-mel windows. An application of the framework. */
export { SpeakerData, type SpeakerDataEncoded } from "./SpeakerData.js"
export * as SpeakerFolder from "./SpeakerFolder.js"
export * as Augmentation from "./augment/index.js"
export * as LogMelInput from "./LogMelInput.js"
export { StatisticsPooling } from "./StatisticsPooling.js"
