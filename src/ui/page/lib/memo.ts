import { Component, h, type FunctionComponent } from "preact"

const isSame = (one: object, other: object): boolean => {
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.is(one[key as never], other[key as never]))
  )
}

/** A component that is drawn again only when a property or a context that it uses is another. */
export const memo = <P extends object>(component: FunctionComponent<P>) =>
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      return !isSame(this.props, next)
    }
    override render() {
      return h(component as FunctionComponent<object>, this.props)
    }
  }
