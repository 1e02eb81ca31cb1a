import { t } from "../../../language/Text.js"
import { Dialog } from "./Dialog.js"

/** Every shortcut, by where it works. */
const shortcuts = (): ReadonlyArray<{
  readonly title: string
  readonly keys: ReadonlyArray<readonly [string, string]>
}> => [
  {
    title: t`Everywhere`,
    keys: [
      ["1 2 3", t`runs, curves, compare`],
      ["/", t`filter`],
      ["t", t`dark or light`],
      ["?", t`this help`],
      ["Esc", t`close`]
    ]
  },
  {
    title: t`Table of runs`,
    keys: [
      ["j k", t`next and previous run`],
      ["x", t`select it; show the trials of a sweep`],
      ["Enter", t`open it`],
      ["c", t`curves of the selected runs`],
      ["v", t`compare the selected runs`]
    ]
  },
  {
    title: t`Curves`,
    keys: [
      ["e", t`next x axis`],
      ["l", t`log scale`],
      ["[ ]", t`less and more smoothing`],
      ["0", t`reset the zoom`]
    ]
  },
  {
    title: t`A sweep`,
    keys: [
      ["↑ ↓", t`next and previous trial, by value`],
      ["Enter", t`open its run`],
      ["↑ ↓", t`on an axis: move what is chosen`],
      ["⇧↑ ⇧↓", t`on an axis: choose more or less`],
      ["Del", t`on an axis: choose all`],
      ["l", t`log scale`],
      ["0", t`show all trials`]
    ]
  },
  {
    title: t`On a chart that has the focus`,
    keys: [
      ["← →", t`move the cursor`],
      ["+ −", t`zoom in and out`],
      ["⇧← ⇧→", t`move what is shown`],
      ["Home", t`reset the zoom`]
    ]
  }
]

export const HelpDialog = ({ onClose }: { readonly onClose: () => void }) => (
  <Dialog title={t`Keyboard shortcuts`} onClose={onClose}>
    <div class="shortcuts">
      {shortcuts().map(({ keys, title }) => (
        <section key={title}>
          <h3>{title}</h3>
          <dl>
            {keys.map(([key, text]) => (
              <div key={key}>
                <dt>
                  {key.split(" ").map((one) => (
                    <kbd key={one}>{one}</kbd>
                  ))}
                </dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
    <p class="note">{t`Drag on a chart to zoom; double-click to reset.`}</p>
  </Dialog>
)
