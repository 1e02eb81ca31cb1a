/**
 * Says who is talking in recordings, by the best model that pipelines/speaker.ts has saved.
 *
 *   holdfast run pipelines/identify.ts recording.wav another.wav
 */
import { Objective, Pipeline, Stages } from "holdfast"
import { identify } from "./speaker/identify.js"
import { SpeakerConfig } from "./speaker/SpeakerConfig.js"
import { speakerNet } from "./speaker/speakerNet.js"

export default Pipeline.make(
  "identify-speaker",
  Stages.loadConfig(SpeakerConfig),
  Stages.restoreModel(SpeakerConfig, {
    model: speakerNet,
    objective: Objective.classification
  }),
  identify
)
