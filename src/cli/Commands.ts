import type { Command } from "./Command.js"
import { compare } from "./commands/Compare.js"
import { completions } from "./commands/Completions.js"
import { evaluate } from "./commands/Evaluate.js"
import { exportMetrics } from "./commands/ExportMetrics.js"
import { findBatchSize } from "./commands/FindBatchSize.js"
import { findLr } from "./commands/FindLr.js"
import { doctor } from "./commands/Doctor.js"
import { exportModel } from "./commands/Export.js"
import { help } from "./commands/Help.js"
import { importModel } from "./commands/Import.js"
import { init } from "./commands/Init.js"
import { inspect } from "./commands/Inspect.js"
import { list } from "./commands/List.js"
import { pin, unpin } from "./commands/Pin.js"
import { predict } from "./commands/Predict.js"
import { plot } from "./commands/Plot.js"
import { plotSchedule } from "./commands/PlotSchedule.js"
import { report } from "./commands/Report.js"
import { run } from "./commands/Run.js"
import { runs } from "./commands/Runs.js"
import { show } from "./commands/Show.js"
import { sweep } from "./commands/Sweep.js"
import { ui } from "./commands/Ui.js"
import { verify } from "./commands/Verify.js"
import { version } from "./commands/Version.js"
import { worker } from "./commands/Worker.js"

/** The commands by name, in the order of the help. */
export const commands: ReadonlyMap<string, Command> = new Map(
  [
    init,
    run,
    sweep,
    show,
    evaluate,
    findLr,
    findBatchSize,
    worker,
    plotSchedule,
    ui,
    runs,
    plot,
    compare,
    report,
    list,
    inspect,
    verify,
    pin,
    unpin,
    exportMetrics,
    exportModel,
    predict,
    importModel,
    doctor,
    help(() => commands),
    version,
    completions(() => commands)
  ].map((command) => [command.name, command])
)
