/** How a component comes to the store, to the words of the chosen language and to the forms of its numbers and times. */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Store } from '../store/store.ts'

const context = createContext<Store | undefined>(undefined)

export const StoreProvider = context.Provider

export function useStore(): Store {
  const store = useContext(context)
  if (!store) throw new Error('no store above this component')
  return store
}

/** `t`: the words, `f`: the forms. Reading them makes the component follow the language. */
export function useLocale() {
  const { words, format } = useStore()
  return { t: words.value, f: format.value }
}
