import type { Event } from "../events/Event.js"
import { t } from "../language/Text.js"
import { chart, type Point } from "./Chart.js"

/** The most points that are kept: a chart has two a column. */
const capacity = 1024

/**
 * The losses of a run by epoch, while it trains: of training steps, of each several where they are many,
 * and of validations. Takes as little memory and time a step however long the run is.
 */
export class LossCurve {
  private readonly xs = new Float64Array(capacity)
  private readonly ys = new Float64Array(capacity)
  private count = 0
  /** Steps in a point, and those that the next one has so far. */
  private size = 1
  private pending = 0
  private x = 0
  private y = 0
  private stepsPerEpoch = 1
  private validations: ReadonlyArray<Point> = []

  /** Adds what `event` says of a loss. */
  add(event: Event): void {
    switch (event._tag) {
      case "StepFinished": {
        const loss = event.measured?.loss ?? event.loss
        if (event.phase === "train") this.train(event.epoch - 1 + shareOf(event), loss)
        return
      }
      case "Validated":
        return this.validate(event.epoch - 1 + shareOf(event), event.metrics["val_loss"])
      case "EpochFinished":
        return this.validate(event.record.epoch, event.record["val_loss"])
      case "RunStarted": {
        this.stepsPerEpoch = event.steps_per_epoch ?? 1
        this.cutBack(0)
        this.size = 1
        // Of epochs before this process, the mean loss of each, in its middle.
        for (const { epoch, train_loss: training, val_loss: validation } of event.history) {
          if (training !== undefined) this.train(epoch - 0.5, training)
          this.validate(epoch, validation)
        }
        return
      }
      case "WentBack": {
        const { epoch, step } = event.position
        return this.cutBack(epoch + step / this.stepsPerEpoch)
      }
    }
  }

  /** The curve as lines of text; none where there is too little to see. */
  draw(options: {
    readonly columns: number
    readonly rows: number
    readonly colors: boolean
  }): ReadonlyArray<string> {
    if (this.count < 2) return []
    const training = Array.from({ length: this.count }, (_, i): Point => [this.xs[i]!, this.ys[i]!])
    const curves = [
      { points: training, name: t`training loss` },
      ...(this.validations.length === 0
        ? []
        : [{ points: this.validations, name: t`validation loss` }])
    ]
    const losses = curves.flatMap(({ points }) => points.map(([, y]) => y))
    const [low, high] = [Math.min(...losses), Math.max(...losses)]
    const y = low > 0 && high / low > steep ? "logarithmic" : "linear"
    return chart(curves, { ...options, y, xName: t`epoch` }).split("\n")
  }

  private push(): void {
    if (this.count === capacity) {
      for (let i = 0; i < capacity / 2; i++) {
        this.xs[i] = (this.xs[2 * i]! + this.xs[2 * i + 1]!) / 2
        this.ys[i] = (this.ys[2 * i]! + this.ys[2 * i + 1]!) / 2
      }
      this.count = capacity / 2
      this.size *= 2
      if (this.pending < this.size) return
    }
    this.xs[this.count] = this.x / this.pending
    this.ys[this.count] = this.y / this.pending
    this.count += 1
    this.pending = this.x = this.y = 0
  }

  /** Forgets what comes after a position. */
  private cutBack(x: number): void {
    const later = this.xs.subarray(0, this.count).findIndex((at) => at > x)
    if (later !== -1) this.count = later
    this.pending = this.x = this.y = 0
    this.validations = this.validations.filter(([at]) => at <= x)
  }

  private train(x: number, loss: number): void {
    if (!Number.isFinite(loss)) return
    this.x += x
    this.y += loss
    if (++this.pending >= this.size) this.push()
  }

  private validate(x: number, loss: number | undefined): void {
    if (loss !== undefined && Number.isFinite(loss))
      this.validations = [...this.validations, [x, loss]]
  }
}

/** A loss that falls by more than this factor is drawn on a logarithmic scale. */
const steep = 20

/** How much of its epoch is done; of a stream of unknown length, more and more of all. */
const shareOf = ({ step, steps }: { readonly step: number; readonly steps: number | null }) =>
  step / (steps ?? step + 1000)
