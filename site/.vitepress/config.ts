import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig, type DefaultTheme } from "vitepress"

const read = <A>(path: string): A =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../pages/${path}`, import.meta.url)), "utf8")) as A

const { en, zh } = read<Record<"en" | "zh", Array<DefaultTheme.SidebarItem>>>("sidebar.json")
const api = read<Array<DefaultTheme.SidebarItem>>("api/typedoc-sidebar.json")

/** Anchors as GitHub makes them, so that a link works in both places. */
const slugify = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
    .replaceAll(" ", "-")

const html =
  /^<\/?(?:a|b|br|details|div|em|i|img|kbd|p|picture|source|strong|sub|summary|sup)\b|^<!--/i

/** Types and placeholders in prose (`Dataset<Batch>`, <weight>) are text, neither HTML nor templates of Vue. */
const escape = (markdown: string): string =>
  markdown
    .split(/(^ *(`{3,})[^]*?^ *\2|`[^`\n]+`)/m)
    .filter((_, i) => i % 3 !== 2)
    .map((part, i) =>
      i % 2 === 1
        ? part
        : part
            .replaceAll(/(?<!\\)<(?=[^\s\d=])[^>\n]*>?/g, (found) =>
              html.test(found) || /^<https?:/.test(found) ? found : found.replace("<", "&lt;")
            )
            .replaceAll("{{", "&#123;&#123;")
    )
    .join("")

export default defineConfig({
  title: "Holdfast",
  description: "Training pipelines for TensorFlow.js that resume exactly",
  srcDir: "pages",
  cleanUrls: true,
  lastUpdated: false,
  markdown: {
    anchor: { slugify },
    toc: { slugify },
    config: (md) => {
      md.core.ruler.after("normalize", "escape", (state) => {
        state.src = escape(state.src)
      })
    }
  },
  themeConfig: {
    search: {
      provider: "local",
      options: { locales: { zh: { translations: { button: { buttonText: "搜索" } } } } }
    }
  },
  locales: {
    root: {
      label: "English",
      lang: "en",
      themeConfig: {
        nav: [
          { text: "Overview", link: "/overview" },
          { text: "Stages", link: "/stages" },
          { text: "API", link: "/api/", activeMatch: "/api/" },
          { text: "Changelog", link: "/changelog" }
        ],
        sidebar: { "/api/": [{ text: "API", link: "/api/", items: api }], "/": en },
        outline: [2, 3]
      }
    },
    zh: {
      label: "简体中文",
      lang: "zh-CN",
      description: "TensorFlow.js 训练流水线：随时中断，精确恢复",
      themeConfig: {
        nav: [
          { text: "概览", link: "/zh/overview" },
          { text: "阶段", link: "/zh/stages" },
          { text: "API（英文）", link: "/api/" },
          { text: "更新日志", link: "/zh/changelog" }
        ],
        sidebar: { "/zh/": zh },
        outline: { level: [2, 3], label: "本页目录" },
        docFooter: { prev: "上一页", next: "下一页" },
        darkModeSwitchLabel: "外观",
        sidebarMenuLabel: "菜单",
        returnToTopLabel: "回到顶部",
        langMenuLabel: "语言"
      }
    }
  }
})
