import { createContext } from "preact"
import { useContext, useEffect, useState } from "preact/hooks"
import { formatRoute, parseRoute, type Route } from "./Route.js"

/** The view, and how to go to another: `replace` leaves no step for the back button. */
export interface Navigation {
  readonly route: Route
  readonly go: (route: Route, replace?: boolean) => void
}

export const NavigationContext = createContext<Navigation>(null as unknown as Navigation)

export const useNavigation = (): Navigation => useContext(NavigationContext)

/** The view by the address, as it changes. */
export const useHash = (): Navigation => {
  const [route, setRoute] = useState(() => parseRoute(location.hash))
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash))
    addEventListener("hashchange", follow)
    return () => removeEventListener("hashchange", follow)
  }, [])
  return {
    route,
    go: (next, replace = false) => {
      const hash = formatRoute(next)
      if (replace) {
        history.replaceState(null, "", hash)
        setRoute(next)
      } else {
        location.hash = hash
      }
    }
  }
}
