import { readFileSync } from "node:fs"

const { exports } = JSON.parse(readFileSync("../package.json", "utf8"))

/** The source of what package.json exports: ./dist/audio/index.js is ../src/audio/index.ts. */
const sources = Object.values(exports)
  .map((target) => target?.default ?? target?.import)
  .filter((file) => typeof file === "string" && file.endsWith(".js"))
  .map((file) => file.replace("./dist/", "../src/").replace(/\.js$/, ".ts"))

/** @type {import("typedoc").TypeDocOptions & import("typedoc-plugin-markdown").PluginOptions} */
export default {
  entryPoints: [...new Set(sources)],
  tsconfig: "../tsconfig.build.json",
  plugin: ["typedoc-plugin-markdown", "typedoc-vitepress-theme"],
  docsRoot: "pages",
  out: "pages/api",
  readme: "none",
  name: "API",
  router: "module",
  excludeExternals: true,
  excludePrivate: true,
  excludeInternal: true,
  disableSources: true,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
  typeDeclarationFormat: "table",
  treatWarningsAsErrors: false
}
