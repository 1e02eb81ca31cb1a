import { useEffect, useMemo, useState } from "preact/hooks"
import { speak } from "../../language/Text.js"
import { page } from "../../language/chinese/page.js"
import type { ReportData } from "../ReportData.js"
import { CompareView } from "./compare/CompareView.js"
import { HelpDialog } from "./components/HelpDialog.js"
import { TopBar, views } from "./components/TopBar.js"
import { CurvesView } from "./curves/CurvesView.js"
import { ReportView } from "./ReportView.js"
import { RunView } from "./run/RunView.js"
import { RunsView } from "./runs/RunsView.js"
import { SweepView } from "./sweep/SweepView.js"
import { languageOf, readChoice, SettingsContext, writeChoice } from "./state/Settings.js"
import { NavigationContext, useHash, type Navigation } from "./state/useRoute.js"
import { useMedia } from "./state/useMedia.js"
import { useShortcuts } from "./state/useShortcuts.js"

const View = ({
  navigation: { route },
  report
}: {
  readonly navigation: Navigation
  readonly report: ReportData | null
}) => {
  if (report !== null) return <ReportView report={report} />
  switch (route.view) {
    case "runs":
      return <RunsView route={route} />
    case "curves":
      return <CurvesView route={route} />
    case "compare":
      return <CompareView route={route} />
    case "sweep":
      return <SweepView key={route.id} route={route} />
    case "run":
      return <RunView key={route.id} route={route} />
  }
}

/** The page: a view by the address, in the language and the theme of the reader. */
export const App = ({ report }: { readonly report: ReportData | null }) => {
  const [choice, setChoice] = useState(readChoice)
  const isDark = useMedia("(prefers-color-scheme: dark)")
  const theme = choice.theme ?? (isDark ? "dark" : "light")
  const language = choice.language ?? languageOf(navigator.languages)
  // Texts are looked up while the views are drawn, below.
  speak(language === "zh" ? { texts: page, stored: {} } : { texts: {}, stored: {} })

  useEffect(() => {
    document.documentElement.dataset["theme"] = theme
    document.documentElement.lang = language
  }, [theme, language])
  document.documentElement.dataset["theme"] = theme

  const settings = useMemo(
    () => ({
      theme,
      language,
      choose: (part: Partial<typeof choice>) => {
        const next = { ...choice, ...part }
        writeChoice(next)
        setChoice(next)
      }
    }),
    [theme, language, choice]
  )
  const navigation = useHash()
  const [isHelp, setHelp] = useState(false)
  const { go, route } = navigation
  useShortcuts({
    "1": () => go(views(route).runs),
    "2": () => go(views(route).curves),
    "3": () => go(views(route).compare),
    "/": () => document.querySelector<HTMLElement>("[data-shortcut=filter]")?.focus(),
    t: () => settings.choose({ theme: theme === "dark" ? "light" : "dark" }),
    "?": () => setHelp(true)
  })
  return (
    <SettingsContext.Provider value={settings}>
      <NavigationContext.Provider value={navigation}>
        <div class="page" key={language}>
          <TopBar onHelp={() => setHelp(true)} />
          <main id="main" tabIndex={-1}>
            <View report={report} navigation={navigation} />
          </main>
          {isHelp && <HelpDialog onClose={() => setHelp(false)} />}
        </div>
      </NavigationContext.Provider>
    </SettingsContext.Provider>
  )
}
