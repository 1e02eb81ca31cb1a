import { t } from "../../../language/Text.js"
import type { Connection } from "../data/Source.js"
import { useRuns, useStore } from "../data/hooks.js"
import { formatRoute, defaultCurves, defaultTable, type Route } from "../state/Route.js"
import { useSettings } from "../state/Settings.js"
import { useNavigation } from "../state/useRoute.js"

const connectionText = (connection: Connection): string => {
  switch (connection) {
    case "live":
      return t`live`
    case "lost":
      return t`connection lost, trying again`
    case "connecting":
      return t`connecting`
    case "none":
      return ""
  }
}

/** The runs that the view is about, so that another view can be about the same. */
export const chosenRuns = (route: Route): ReadonlyArray<string> => {
  switch (route.view) {
    case "runs":
      return route.selected
    case "run":
      return [route.id]
    case "sweep":
      return []
    default:
      return route.ids
  }
}

/** The views of the page, each about the runs that are chosen. */
export const views = (route: Route): Readonly<Record<"runs" | "curves" | "compare", Route>> => {
  const ids = chosenRuns(route)
  const options = "smooth" in route ? route : {}
  return {
    runs: route.view === "runs" ? route : { view: "runs", selected: ids, ...defaultTable },
    curves: { ...defaultCurves, ...options, view: "curves", ids },
    compare: { ...defaultCurves, ...options, view: "compare", ids }
  }
}

/** The head of the page: its views, what it looks at, and how it looks. */
export const TopBar = ({ onHelp }: { readonly onHelp: () => void }) => {
  const { route } = useNavigation()
  const { connection, list } = useRuns()
  const { choose, language, theme } = useSettings()
  const { source } = useStore()
  const targets = views(route)
  const link = (view: keyof typeof targets, text: string) => (
    <a href={formatRoute(targets[view])} aria-current={route.view === view ? "page" : undefined}>
      {text}
    </a>
  )
  return (
    <header class="topbar">
      <a class="brand" href="#/">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M12 3v9M12 12c0 4-4 4-6 9M12 12c0 4 4 4 6 9M12 13v8M12 7c3 0 4-2 5-4M12 9c-3 0-4-2-5-4" />
        </svg>
        Holdfast
      </a>
      {source.live !== null && (
        <nav aria-label={t`Views`}>
          {link("runs", t`Runs`)}
          {link("curves", t`Curves`)}
          {link("compare", t`Compare`)}
        </nav>
      )}
      <span class="topbar-root" title={list?.root}>
        {list?.root}
      </span>
      {connection !== "none" && (
        <span class="connection" data-state={connection} role="status">
          {connectionText(connection)}
        </span>
      )}
      <div class="topbar-tools">
        <button
          type="button"
          class="icon-button"
          lang={language === "zh" ? "en" : "zh"}
          aria-label={language === "zh" ? "EN, English" : "中文"}
          onClick={() => choose({ language: language === "zh" ? "en" : "zh" })}
        >
          {language === "zh" ? "EN" : "中"}
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label={theme === "dark" ? t`Light theme` : t`Dark theme`}
          onClick={() => choose({ theme: theme === "dark" ? "light" : "dark" })}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">
            {theme === "dark" ? (
              <path d="M8 5a3 3 0 100 6 3 3 0 000-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1" />
            ) : (
              <path d="M13.5 9.5A6 6 0 016.5 2.5a6 6 0 107 7z" />
            )}
          </svg>
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label={t`Keyboard shortcuts`}
          onClick={onHelp}
        >
          ?
        </button>
      </div>
    </header>
  )
}
