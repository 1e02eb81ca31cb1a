import { render } from "preact"
import "uplot/dist/uPlot.min.css"
import { App } from "./App.js"
import { httpSource } from "./data/HttpSource.js"
import { inlineSource } from "./data/InlineSource.js"
import { readReport } from "./data/readReport.js"
import { RunStore } from "./data/RunStore.js"
import { StoreContext } from "./data/hooks.js"
import "./styles/tokens.css"
import "./styles/base.css"
import "./styles/controls.css"
import "./styles/runs.css"
import "./styles/charts.css"
import "./styles/run.css"
import "./styles/sweep.css"

const report = readReport(document)
const store = new RunStore(report === null ? httpSource : inlineSource(report))
store.start()
render(
  <StoreContext.Provider value={store}>
    <App report={report} />
  </StoreContext.Provider>,
  document.querySelector("#app")!
)
