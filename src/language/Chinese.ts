import { audio } from "./chinese/audio.js"
import { backend } from "./chinese/backend.js"
import { checkpoint } from "./chinese/checkpoint.js"
import { cli } from "./chinese/cli.js"
import { config } from "./chinese/config.js"
import { data } from "./chinese/data.js"
import { exchange } from "./chinese/exchange.js"
import { file } from "./chinese/file.js"
import { help } from "./chinese/help.js"
import { images } from "./chinese/images.js"
import { init } from "./chinese/init.js"
import { layers } from "./chinese/layers.js"
import { models } from "./chinese/models.js"
import { observe } from "./chinese/observe.js"
import { runlog } from "./chinese/runlog.js"
import { page } from "./chinese/page.js"
import { runs } from "./chinese/runs.js"
import { search } from "./chinese/search.js"
import { stages } from "./chinese/stages.js"
import { stored } from "./chinese/stored.js"
import { series } from "./chinese/series.js"
import { sweep } from "./chinese/sweep.js"
import { tables } from "./chinese/tables.js"
import { texts } from "./chinese/texts.js"
import { tracking } from "./chinese/tracking.js"
import { training } from "./chinese/training.js"
import { ui } from "./chinese/ui.js"
import type { Texts } from "./Text.js"

/** Every text in Chinese. */
export const chinese: Texts = {
  texts: {
    ...page,
    ...audio,
    ...backend,
    ...checkpoint,
    ...cli,
    ...config,
    ...data,
    ...exchange,
    ...file,
    ...help,
    ...images,
    ...init,
    ...layers,
    ...models,
    ...observe,
    ...runlog,
    ...runs,
    ...search,
    ...stages,
    ...series,
    ...sweep,
    ...tables,
    ...texts,
    ...tracking,
    ...training,
    ...ui
  },
  stored
}
