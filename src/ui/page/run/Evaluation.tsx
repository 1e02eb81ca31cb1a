import { useState } from "preact/hooks"
import { t } from "../../../language/Text.js"
import { Segmented } from "../components/Segmented.js"
import { Empty } from "../components/States.js"
import { confusions, loggedScores, scores, type Confusion } from "../lib/classification.js"
import { ConfusionMatrix } from "./ConfusionMatrix.js"
import { PerClass } from "./PerClass.js"
import type { RunPart } from "./RunView.js"
import { WorstExamples } from "./WorstExamples.js"

/** How the model of a run classifies: its confusions, its classes, and its worst examples. */
export const Evaluation = ({ detail }: RunPart) => {
  const all = confusions(detail.details)
  const hasExamples = detail.details.some(({ metric }) => metric.endsWith("worst_examples"))
  const [split, setSplit] = useState<string | null>(null)
  const confusion: Confusion | undefined = all.find((one) => one.split === split) ?? all[0]
  const classes = confusion === undefined ? loggedScores(detail.details, split) : scores(confusion)
  if (classes.length === 0 && !hasExamples) {
    return (
      <Empty
        title={t`No details of an evaluation yet`}
        text={t`A run of a classifier has them after its first validation: the confusion matrix, each class, the worst examples.`}
      />
    )
  }
  return (
    <div class="evaluation">
      {confusion !== undefined && (
        <>
          {all.length > 1 && (
            <div data-span="all">
              <Segmented
                label={t`split`}
                value={confusion.split}
                options={all.map((one) => [one.split, one.split] as const)}
                onChange={setSplit}
              />
            </div>
          )}
          <ConfusionMatrix confusion={confusion} />
        </>
      )}
      {classes.length > 0 && <PerClass scores={classes} />}
      {hasExamples && <WorstExamples id={detail.summary.id} split={confusion?.split ?? null} />}
    </div>
  )
}
