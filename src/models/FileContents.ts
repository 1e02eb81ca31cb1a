import type { SourceTensor } from "./SourceTensor.js"

/** A layer that a file describes, with its config as Keras writes it. */
export interface SourceLayer {
  readonly path: string
  readonly className: string
  readonly config: Readonly<Record<string, unknown>>
}

/** The state of an optimizer of PyTorch. */
export interface TorchOptimizer {
  /** How many updates it has made. */
  readonly step: number
  /** Its slots, as `exp_avg`, by the names of the parameters. */
  readonly slots: ReadonlyMap<string, ReadonlyMap<string, SourceTensor>>
  /** The settings of its first group: `lr`, `betas`, `momentum`. */
  readonly settings: Readonly<Record<string, unknown>>
}

/** What a file of another program holds. */
export interface FileContents {
  readonly tensors: ReadonlyArray<SourceTensor>
  /** Whether the tensors are in the order of the model. */
  readonly isOrdered: boolean
  /** Whether it numbers unnamed layers as we do: `dense_1` is the first, where Keras calls it `dense`. */
  readonly hasOurNames: boolean
  /** What it says beside its weights, as JSON: `epoch`, `best_val_loss`, `config`. */
  readonly info: Readonly<Record<string, unknown>>
  /** Why there is none that can be mapped, as text; null: there is none. */
  readonly optimizer: TorchOptimizer | string | null
  /** The layers of the model in their order, where the file describes them. */
  readonly layers?: ReadonlyArray<SourceLayer>
}
