/**
 * Learns who is talking, from recordings in folders named after their speakers.
 *
 *   holdfast run pipelines/speaker.ts
 *   holdfast run pipelines/speaker.ts --set data.root=path/to/recordings
 */
import { Objective, Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import { SpeakerFolder } from "holdfast/audio"
import { SpeakerConfig } from "./speaker/SpeakerConfig.js"
import { speakerNet } from "./speaker/speakerNet.js"

export default Pipeline.make(
  "speaker-identification",
  Stages.loadConfig(SpeakerConfig),
  Stages.loadDataset((config: SpeakerConfig) => SpeakerFolder.speakerFolder(config)),
  Stages.restoreOrInit({
    model: speakerNet,
    objective: Objective.classification,
    optimizer: Optimizer.fromConfig,
    scheduler: Scheduler.fromConfig
  }),
  Stages.epochs(
    Stages.trainEpoch,
    Stages.validate,
    Stages.stepScheduler,
    Stages.trackBest({ metric: "val_loss", mode: "min" }),
    Stages.earlyStopping({ patience: 10 }),
    Stages.checkpoint
  ),
  Stages.evaluate("test")
)
