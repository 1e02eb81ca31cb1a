import * as Schema from "effect/Schema"
import { field, mayChange, required } from "../../config/Field.js"
import type { LabelledBatch, Values } from "../Batch.js"
import type { Dataset } from "../Dataset.js"
import { FingerprintMode } from "../FingerprintMode.js"
import * as Split from "../Split.js"
import { TokensConfig, type DeclaredTokens } from "./Tokens.js"

/** How texts become numbers, and where they are kept. */
interface SharedOptions {
  readonly name?: string
  /** How texts are divided; default: "words", in a corpus "characters". */
  readonly tokens?: DeclaredTokens
  readonly split?: Split.SplitOption
  /** What is done with what is no text; default: "error". */
  readonly damaged?: "error" | "skip"
  /** Of text and CSV files, by its name in the Encoding Standard; default: "utf-8". */
  readonly encoding?: string
  /** Where the tokens of large files are kept; default: .cache/texts. */
  readonly cache_dir?: string
  /**
   * What of large files is compared at each start, beside size and time of the last change, to see whether their
   * tokens still hold: "content", every byte; "sampled" (the default), 64 KiB of each file; "size", nothing.
   */
  readonly fingerprint?: FingerprintMode
}

/** Texts with labels. */
export interface TextOptions extends SharedOptions {
  /**
   * A folder of text files, in folders that name their classes; or CSV, Parquet or JSON Lines files, or a folder
   * of them: then `text` and `label` name columns.
   */
  readonly path: string | ReadonlyArray<string>
  /** The column of texts. */
  readonly text?: string
  /** The column of labels. */
  readonly label?: string
  /** Labels are numbers, not classes. */
  readonly quantities?: boolean
  /** The classes, in their order; default: those that occur, sorted. */
  readonly classes?: ReadonlyArray<string>
  /** A column that tells texts apart; default: the text itself, so that the same text is in one split. */
  readonly key?: string
  /** A column of what must stay in one split: the author of a text. */
  readonly group?: string
  /** How many tokens the model sees of a text. */
  readonly length: number
  /** Which end of longer texts is left out; default: "end". */
  readonly truncation?: "end" | "start"
  /** Which end of shorter texts is filled up; default: "end". */
  readonly padding?: "end" | "start"
  /** Two inputs, `ids` and `mask`, instead of one. */
  readonly mask?: boolean
  /** Between the cells of a CSV file; default: ",", of a .tsv file a tab. */
  readonly delimiter?: string
  /** The names of the columns of a CSV file, where its first row does not hold them. */
  readonly header?: ReadonlyArray<string> | null
}

/** A text without labels, of which each next token is to be predicted. */
export interface CorpusOptions extends SharedOptions {
  /** A text file, several, or a folder of .txt files. */
  readonly path: string | ReadonlyArray<string>
  /** How many tokens the model sees at a time. */
  readonly length: number
  /** How many tokens lie between the beginnings of two examples; default: `length`. 1: any position is one. */
  readonly stride?: number
  /** In training, examples begin at random up to `stride` tokens later, by the run's randomness. */
  readonly shift?: boolean
  /** Divides whole files, each into one split. */
  readonly by_file?: boolean
}

/** A dataset of texts: with `mask: true`, its inputs have the names `ids` and `mask`. */
export type TextDataset<O extends Pick<TextOptions, "mask">> = Dataset<
  LabelledBatch<
    O extends { readonly mask: true }
      ? { readonly ids: Values; readonly mask: Values }
      : O extends { readonly mask: boolean }
        ? Values | { readonly ids: Values; readonly mask: Values }
        : Values,
    Values
  >
>

const Names = Schema.Array(Schema.NonEmptyString)
const optional = <A, I>(schema: Schema.Schema<A, I>, description: string) =>
  Schema.optionalWith(schema, { exact: true }).annotations({ description })
const Positive = Schema.Int.pipe(Schema.positive())

const shared = {
  damaged: field(
    Schema.Literal("error", "skip"),
    "error",
    'What is no text, or has no label: "error" refuses the file, "skip" leaves it out and says so.'
  ),
  encoding: field(
    Schema.NonEmptyString,
    "utf-8",
    "Of text and CSV files, by its name in the Encoding Standard; a byte order mark overrides it."
  ),
  cache_dir: mayChange(
    field(
      Schema.NonEmptyString,
      ".cache/texts",
      "The folder where the tokens of large files are kept; it may be deleted at any time."
    )
  ),
  fingerprint: mayChange(
    field(
      FingerprintMode,
      "sampled",
      'What of large files is compared at each start, beside size and time of the last change: "content", every byte, "sampled", 64 KiB of each, "size", nothing.'
    )
  ),
  split: Split.oneOf(...Split.builtIn)
}

const tokens = (fallback: "words" | "characters") =>
  Schema.optionalWith(TokensConfig, {
    exact: true,
    default: () => Schema.decodeUnknownSync(TokensConfig)(fallback)
  }).annotations({ description: "How texts are divided into tokens." })

/** The `data` section of a config for texts with labels: the options of `Dataset.fromText`. */
export const TextData = Schema.Struct({
  path: required(
    Schema.Union(Schema.NonEmptyString, Names),
    "A folder of text files in folders by class; or CSV, Parquet or JSON Lines files, or a folder of them."
  ),
  text: optional(Schema.NonEmptyString, "The column of texts."),
  label: optional(Schema.NonEmptyString, "The column of labels."),
  quantities: field(Schema.Boolean, false, "Whether labels are numbers, not classes."),
  classes: optional(Names, "The classes, in their order; left out, those that occur, sorted."),
  key: optional(
    Schema.NonEmptyString,
    "A column that tells texts apart; left out, the text itself does, so that the same text is in one split."
  ),
  group: optional(Schema.NonEmptyString, "A column of what must stay in one split."),
  tokens: tokens("words"),
  length: required(Positive, "How many tokens the model sees of a text."),
  truncation: field(
    Schema.Literal("end", "start"),
    "end",
    "Which end of longer texts is left out."
  ),
  padding: field(Schema.Literal("end", "start"), "end", "Which end of shorter texts is filled up."),
  delimiter: optional(
    Schema.NonEmptyString,
    "Between the cells of a CSV file; left out, a comma, of a .tsv file a tab."
  ),
  header: field(
    Schema.NullOr(Names),
    null,
    "The names of the columns of a CSV file, where its first row does not hold them."
  ),
  ...shared
})

/** The `data` section of a config for language models: the options of `Dataset.fromCorpus`. */
export const CorpusData = Schema.Struct({
  path: required(
    Schema.Union(Schema.NonEmptyString, Names),
    "A text file, several, or a folder of .txt files."
  ),
  tokens: tokens("characters"),
  length: required(Positive, "How many tokens the model sees at a time."),
  stride: optional(
    Positive,
    "How many tokens lie between the beginnings of two examples; left out, as many as the model sees."
  ),
  shift: field(
    Schema.Boolean,
    false,
    "In training, examples begin at random up to stride tokens later, by the run's randomness."
  ),
  by_file: field(Schema.Boolean, false, "Whether files are divided, each into one split."),
  ...shared
})
