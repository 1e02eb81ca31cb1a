import type { Batch, Sized } from "./data/Batch.js"
import type * as Data from "./data/Dataset.js"
import { fromArrays } from "./data/fromArrays.js"
import { fromImages } from "./data/image/fromImages.js"
import { fromSeries } from "./data/fromSeries.js"
import { fromStream } from "./data/stream/fromStream.js"
import { fromCsv, fromParquet } from "./data/Table.js"
import { fromCorpus } from "./data/text/fromCorpus.js"
import { fromText } from "./data/text/fromText.js"

/**
 * What a model is trained, validated and tested on, see `holdfast`'s docs/data.md. Its batches are `B`:
 * by default one input and one label each, of which `inputShape`, `labelShape` and `classes` tell. With
 * several by name (`LabelledBatch<{ image: Uint8Array }, { age: Float32Array; sex: Int32Array }>`) `inputs`
 * and `labels` declare each. A batch of any other kind is for custom phases, and nothing is declared.
 */
export type Dataset<B extends Sized = Batch> = Data.Dataset<B>

/** Ways to make a dataset. */
export const Dataset = {
  fromArrays,
  fromCorpus,
  fromCsv,
  fromImages,
  fromParquet,
  fromSeries,
  fromStream,
  fromText
}
