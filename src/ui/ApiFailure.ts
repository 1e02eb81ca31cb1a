import * as Schema from "effect/Schema"
import type { ApiErrorCode } from "./Api.js"

const statuses = {
  Invalid: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  Conflict: 409,
  TooLarge: 413,
  Failed: 500
} as const satisfies Record<ApiErrorCode, number>

/** A request that the server does not answer as asked; `detail` says why, for people. */
export class ApiFailure extends Schema.TaggedError<ApiFailure>()("ApiFailure", {
  reason: Schema.Literal(
    "Invalid",
    "Unauthorized",
    "Forbidden",
    "NotFound",
    "Conflict",
    "TooLarge",
    "Failed"
  ),
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }

  /** The status of the answer. */
  get status(): number {
    return statuses[this.reason]
  }
}

/** A failure of something that a request needed. */
export const failed = ({ message }: { readonly message: string }): ApiFailure =>
  new ApiFailure({ reason: "Failed", detail: message })
