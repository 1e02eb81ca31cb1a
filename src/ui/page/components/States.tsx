import type { ComponentChildren } from "preact"
import { t } from "../../../language/Text.js"
import type { SourceError } from "../data/Source.js"

/** What is not there yet, and what makes it appear. */
export const Empty = ({
  children,
  text,
  title
}: {
  readonly title: string
  readonly text?: string
  readonly children?: ComponentChildren
}) => (
  <div class="state">
    <svg class="state-mark" viewBox="0 0 64 40" aria-hidden="true">
      <path d="M2 30c8 0 8-18 16-18s8 18 16 18 8-12 14-12 8 6 14 6" />
      <path class="state-axis" d="M2 38h60" />
    </svg>
    <strong>{title}</strong>
    {text !== undefined && <p>{text}</p>}
    {children}
  </div>
)

/** Why something cannot be shown, and how to try again. */
export const Failure = ({
  error,
  retry
}: {
  readonly error: SourceError
  readonly retry?: () => void
}) => (
  <div class="state" role="alert">
    <strong>{reason(error)}</strong>
    {error.message !== "" && <p>{error.message}</p>}
    {retry !== undefined && (
      <button type="button" class="button" onClick={retry}>
        {t`Try again`}
      </button>
    )}
  </div>
)

/** What went wrong, in a sentence. */
export const reason = ({ code }: SourceError): string => {
  switch (code) {
    case "Offline":
      return t`The server does not answer. Is holdfast ui still running?`
    case "Unauthorized":
      return t`The address lacks its token. Open the one that holdfast ui prints.`
    case "NotFound":
      return t`There is no such run here.`
    case "Conflict":
      return t`The run is in no state to do this.`
    case "Forbidden":
      return t`The server refuses this.`
    default:
      return t`This could not be read.`
  }
}

/** Grey bars where something is about to be. */
export const Loading = () => (
  <div class="state" role="status">
    <span class="skeleton" aria-hidden="true" />
    <span class="hidden">{t`loading`}</span>
  </div>
)
