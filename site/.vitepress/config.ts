import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig, type DefaultTheme } from "vitepress"

const sidebar = JSON.parse(
  readFileSync(fileURLToPath(new URL("../pages/sidebar.json", import.meta.url)), "utf8")
) as DefaultTheme.SidebarMulti

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
    sidebar,
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
          { text: "API（英文）", link: "/zh/api/", activeMatch: "/zh/api/" },
          { text: "更新日志", link: "/zh/changelog" }
        ],
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
