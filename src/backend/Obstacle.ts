import * as Schema from "effect/Schema"

/** Why a backend cannot be had here, in half a sentence, and what can be done about it. */
export class Obstacle extends Schema.TaggedError<Obstacle>()("Obstacle", {
  why: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `${this.why}; ${this.remedy}`
  }
}
