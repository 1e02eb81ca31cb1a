import type { Trial } from "../../Api.js"
import { useStore } from "../data/hooks.js"
import { trialAddress } from "./SweepPart.js"

/** A link to the run of a trial; a report has but some of the runs. */
export const TrialLink = ({ text, trial }: { readonly trial: Trial; readonly text: string }) => {
  const { source } = useStore()
  return source.live === null ? <span>{text}</span> : <a href={trialAddress(trial)}>{text}</a>
}
