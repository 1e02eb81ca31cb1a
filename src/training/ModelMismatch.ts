import * as Schema from "effect/Schema"

/**
 * A model that cannot be trained as it is: the builder returned something else, it does not match the
 * data or the objective, a stateful layer is not built for it, or `training.parameter_groups` names
 * weights that it does not have. `Unknown`: a checkpoint does not suffice to build its model.
 */
export class ModelMismatch extends Schema.TaggedError<ModelMismatch>()("ModelMismatch", {
  reason: Schema.Literal(
    "Builder",
    "Inputs",
    "Outputs",
    "Objective",
    "StatefulLayer",
    "Weights",
    "Unknown"
  ),
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }
}
