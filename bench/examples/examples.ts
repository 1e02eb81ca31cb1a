/** One `holdfast run` of an example: its pipeline and config, in the folder of the example. */
export interface ExampleRun {
  readonly pipeline: string
  readonly config: string
}

/** An example with a peer: `bench/examples/<name>.py` trains the same in PyTorch or Keras. */
export interface Example {
  /** The metrics of `Stages.evaluate("test")` to compare; the peer answers with the same names. */
  readonly metrics: ReadonlyArray<string>
  /** How often each of the two trains, in turn; each round has a seed of its own. */
  readonly rounds: number
  /** Where it lies; by default in `examples/<name>`. */
  readonly folder?: string
  /** Where the example takes more than one run: in this order; the last is the one to compare. */
  readonly runs?: ReadonlyArray<ExampleRun>
}

const only: ReadonlyArray<ExampleRun> = [{ pipeline: "pipeline.ts", config: "config.json" }]

export const runsOf = ({ runs = only }: Example): ReadonlyArray<ExampleRun> => runs

/** Every example with a peer, in the order of the table. */
export const examples: Readonly<Record<string, Example>> = {
  speaker: {
    metrics: ["accuracy", "loss"],
    rounds: 3,
    folder: ".",
    runs: [{ pipeline: "pipelines/speaker.ts", config: "config.json" }]
  },
  mnist: { metrics: ["accuracy", "loss"], rounds: 1 },
  autoencoder: { metrics: ["loss"], rounds: 1 },
  "fine-tuning": {
    metrics: ["accuracy", "loss"],
    rounds: 3,
    runs: [
      { pipeline: "base.ts", config: "base.json" },
      { pipeline: "pipeline.ts", config: "config.json" }
    ]
  },
  regression: { metrics: ["mae", "r2"], rounds: 3 },
  classification: { metrics: ["accuracy", "auc"], rounds: 3 },
  "time-series": { metrics: ["mae"], rounds: 3 },
  verification: { metrics: ["eer"], rounds: 1 },
  "character-model": { metrics: ["bits_per_character", "accuracy"], rounds: 1 },
  "text-classification": { metrics: ["accuracy", "loss"], rounds: 1 }
}
