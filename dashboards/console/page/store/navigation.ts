/**
 * Where one is: the address bar as a signal. Links are ordinary links, so that they can be opened in a new tab, copied
 * and sent; a plain click on one stays on the page.
 */
import { type ReadonlySignal, signal } from '@preact/signals'
import { type Address, readAddress } from '../addresses.ts'

export interface Navigation {
  /** undefined: there is no such page. */
  readonly address: ReadonlySignal<Address | undefined>
  /** `replace`: without a new entry in the history, for what is not a step of its own. */
  go(link: string, options?: { replace?: boolean }): void
  start(): void
  stop(): void
}

export function createNavigation(options: { window: Window }): Navigation {
  const { window } = options
  const { document, history } = window
  const here = () => readAddress(new URL(window.location.href))
  const address = signal(here())
  const ending = new AbortController()

  function go(link: string, { replace = false } = {}): void {
    const url = new URL(link, window.location.href)
    const isSamePath = url.pathname === window.location.pathname
    if (replace) history.replaceState(null, '', url)
    else if (url.href !== window.location.href) history.pushState(null, '', url)
    address.value = here()
    if (!isSamePath) window.scrollTo(0, 0)
  }

  function onClick(event: MouseEvent): void {
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!isPlain || !link || event.defaultPrevented || link.target || link.hasAttribute('download')) return
    if (link.origin !== window.location.origin || !readAddress(new URL(link.href))) return
    if (link.hash && link.pathname === window.location.pathname) return
    event.preventDefault()
    go(link.href)
  }

  return {
    address,
    go,
    start() {
      const { signal: ended } = ending
      document.addEventListener('click', onClick, { signal: ended })
      window.addEventListener(
        'popstate',
        () => {
          address.value = here()
        },
        { signal: ended },
      )
    },
    stop: () => ending.abort(),
  }
}
