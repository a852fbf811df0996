/** Where the page begins: makes the store, starts it, and shows the page. */
import './jitless.ts'
import '@fontsource-variable/inter/wght.css'
import './styles/tokens.css'
import './styles/base.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { StoreProvider } from './parts/store.tsx'
import { createStore } from './store/store.ts'

const store = createStore({ window, storage: storageOf(window) })
store.start()

const root = document.getElementById('page')
if (root)
  render(
    <StoreProvider value={store}>
      <App />
    </StoreProvider>,
    root,
  )

/** A browser may forbid it: then nothing is remembered. */
function storageOf(of: Window): Storage | undefined {
  try {
    return of.localStorage
  } catch {
    return undefined
  }
}
