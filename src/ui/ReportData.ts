import type {
  ExampleList,
  MetricList,
  RunDetail,
  RunSummary,
  SeriesList,
  Spectrogram,
  SweepDetail,
  XAxis
} from "./Api.js"

/**
 * What is written into a report: what the server would answer of its runs. It stands in `report.html`, which
 * the page is built to, in place of `__HOLDFAST_DATA__`, as JSON in which each `<` is `\u003c`. A browser
 * loads this module, so that it imports nothing.
 */
export interface ReportData {
  readonly version: 1
  /** The version of Holdfast that made the report. */
  readonly holdfast: string
  /** ISO 8601. */
  readonly createdAt: string
  /** The run that the report is of, and those that it is compared with. */
  readonly runs: ReadonlyArray<RunSummary>
  readonly details: Readonly<Record<string, RunDetail>>
  /** The sweep that the report is of; its best trial is then the run. */
  readonly sweep?: SweepDetail
  readonly metrics: MetricList
  /** Every metric of every run, over each x axis that the report offers. */
  readonly series: Partial<Record<XAxis, SeriesList>>
  /** By run and split. */
  readonly examples: Readonly<Record<string, Readonly<Record<string, ExampleList>>>>
  /** Recordings as WAV in base64, by `exampleKey`. */
  readonly audio: Readonly<Record<string, string>>
  readonly spectrograms: Readonly<Record<string, Spectrogram>>
  /** What did not fit; text for people. */
  readonly left_out: ReadonlyArray<string>
}

/** The name of an example in `ReportData.audio` and `ReportData.spectrograms`. */
export const exampleKey = (example: {
  readonly id: string
  readonly split: string
  readonly index: number
}): string => `${example.id} ${example.split} ${example.index}`
