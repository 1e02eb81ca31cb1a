import type { ReportData } from "../../ReportData.js"

/** The report that this page is; null where a server serves it. */
export const readReport = (document: Document): ReportData | null => {
  const text = document.querySelector("#holdfast-data")?.textContent?.trim() ?? ""
  return text === "" ? null : (JSON.parse(text) as ReportData)
}
