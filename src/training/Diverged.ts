import * as Schema from "effect/Schema"
import { JsonNumber } from "../io/JsonNumber.js"
import { stored, t } from "../language/Text.js"

/** Where numbers that training cannot use were found, other than in the loss. */
export const Culprit = Schema.Struct({
  kind: Schema.Literal("input", "weight", "gradient"),
  /** The tensor's name, that of its layer first; of an input the dataset's name. */
  name: Schema.String
})
export type Culprit = typeof Culprit.Type

const culprits: Record<Culprit["kind"], (name: string) => string> = {
  input: (name) => t`The batch from ${name} already holds values that are not finite`,
  weight: (name) => t`The first weight out of range is ${name}`,
  gradient: (name) => t`The first gradient out of range is that of ${name}`
}

/** A run whose numbers are NaN, infinite or absurdly large, so that to train on is of no use. */
export class Diverged extends Schema.TaggedError<Diverged>()("Diverged", {
  /** What gave it away: `train_loss`, `val_loss`, "gradient norm" or "weight norm". */
  quantity: Schema.String,
  value: JsonNumber,
  /** The current epoch, counted from 1, and the step in it; 0 if no step is to blame. */
  epoch: Schema.Int,
  step: Schema.Int,
  learningRate: Schema.Number,
  culprit: Schema.NullOr(Culprit),
  /** What the policy has tried before. */
  skips: Schema.Int,
  restores: Schema.Int,
  /** The last good checkpoint, which is kept; null before the first. */
  checkpoint: Schema.NullOr(Schema.String)
}) {
  /** What happened, without what to do about it. */
  get finding(): string {
    const where =
      this.step === 0 ? t`epoch ${this.epoch}` : t`epoch ${this.epoch}, step ${this.step}`
    const culprit = this.culprit
    return (
      t`training diverged in ${where}: ${stored(this.quantity)} is ${shown(this.value)}` +
      (culprit === null ? "" : `. ${culprits[culprit.kind](culprit.name)}`)
    )
  }

  override get message(): string {
    const tried = [
      this.skips === 0 ? "" : t`${this.skips} steps in a row were skipped before`,
      this.restores === 0 ? "" : t`the run was restored ${this.restores} times before`
    ].filter((text) => text !== "")
    const fix =
      this.culprit?.kind === "input"
        ? t`Look for NaN and infinite values in the data`
        : tried.length > 0
          ? t`Lower training.learning_rate (the rate was ${this.learningRate}), let it warm up (training.warmup_steps), limit the gradients (training.gradient_clip), or look for extreme values in the data`
          : t`Lower training.learning_rate (the rate was ${this.learningRate}), let it warm up (training.warmup_steps), limit the gradients (training.gradient_clip), look for extreme values in the data, or set training.on_divergence to "restore" or "skip"`
    return (
      `${this.finding}.` +
      (tried.length === 0 ? "" : t` So far, ${tried.join(t`, and `)}.`) +
      t`\n${fix}.\nNothing of the diverged state is saved; ` +
      (this.checkpoint === null
        ? t`there is no earlier checkpoint.`
        : t`the last good checkpoint is ${this.checkpoint}.`)
    )
  }
}

const shown = (value: number): string =>
  Number.isFinite(value) ? value.toPrecision(3) : String(value).toLowerCase().replace("nan", "NaN")
