/** The colours of the style sheet by their names, as an element has them now. */
export const colorOf = (element: Element): ((name: string) => string) => {
  const style = getComputedStyle(element)
  return (name) => style.getPropertyValue(name).trim()
}
