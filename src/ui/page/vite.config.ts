import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { defineConfig, type Plugin } from "vite"

const require = createRequire(import.meta.url)
const version = (name: string) =>
  (JSON.parse(readFileSync(require.resolve(`${name}/package.json`), "utf8")) as { version: string })
    .version

/** Whose code is inside. */
const banner = `/*! preact ${version("preact")}: Copyright (c) 2015-present Jason Miller, MIT License; uPlot ${version("uplot")}: Copyright (c) 2022 Leon Sorokin, MIT License */`

/** The place of a report's data: `holdfast report` replaces this by JSON in which each `<` is `\u003c`. */
const placeholder = "__HOLDFAST_DATA__"

/** Writes `report.html` beside the page: all of it in one file, with a place for the data. */
const report = (): Plugin => ({
  name: "report",
  enforce: "post",
  generateBundle(_, bundle) {
    const files = Object.values(bundle)
    const script = files.flatMap((file) => (file.type === "chunk" ? [file.code] : [])).join("")
    const style = files
      .flatMap((file) =>
        file.type === "asset" && file.fileName.endsWith(".css") ? [String(file.source)] : []
      )
      .join("")
    const icon = readFileSync(new URL("public/favicon.svg", import.meta.url), "base64")
    if (files.filter((file) => file.type === "chunk").length !== 1) {
      throw new Error("the report needs the page in one chunk")
    }
    this.emitFile({
      type: "asset",
      fileName: "report.html",
      source: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; media-src data:">
<title>Holdfast</title>
<link rel="icon" type="image/svg+xml" href="data:image/svg+xml;base64,${icon}">
<style>${style.replaceAll("</style", "<\\/style")}</style>
</head>
<body>
<div id="app"></div>
<script type="application/json" id="holdfast-data">${placeholder}</script>
<script type="module">${script.replaceAll("</script", "<\\/script")}</script>
</body>
</html>
`
    })
  }
})

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // Relative, so that the page can be served below a path.
  base: "./",
  logLevel: "warn",
  plugins: [report()],
  build: {
    outDir: fileURLToPath(new URL("../../../dist/ui/page", import.meta.url)),
    emptyOutDir: true,
    target: ["chrome111", "firefox121", "safari16.4"],
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: { output: { banner } }
  }
})
