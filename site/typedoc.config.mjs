import { readFileSync } from "node:fs"
import { Converter } from "typedoc"

const { exports, name } = JSON.parse(readFileSync("../package.json", "utf8"))

/** What users import, by the source that it stands for: ./dist/audio/index.js is ../src/audio/index.ts. */
const modules = new Map(
  Object.entries(exports)
    .map(([path, target]) => [target?.default, name + path.slice(1)])
    .filter(([file]) => file?.endsWith(".js"))
    .map(([file, path]) => [file.replace("./dist/", "../src/").replace(/\.js$/, ".ts"), path])
)

const sourceOf = (file) => `../${file.slice(file.lastIndexOf("src/"))}`

/** Names each module as it is imported. */
const nameModules = (app) =>
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) {
      const file = module.sources?.[0]?.fullFileName ?? ""
      module.name = modules.get(sourceOf(file)) ?? module.name
    }
  })

/** @type {import("typedoc").TypeDocOptions & import("typedoc-plugin-markdown").PluginOptions} */
export default {
  entryPoints: [...modules.keys()],
  sortEntryPoints: false,
  tsconfig: "../tsconfig.build.json",
  plugin: ["typedoc-plugin-markdown", "typedoc-vitepress-theme", nameModules],
  docsRoot: ".",
  out: "api",
  readme: "none",
  name: "API",
  router: "module",
  excludeExternals: true,
  excludePrivate: true,
  excludeInternal: true,
  disableSources: false,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
  typeDeclarationFormat: "table"
}
