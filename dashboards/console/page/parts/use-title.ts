/** The name of the page in the browser's tab and history, with how many alerts wait for somebody. */
import { useEffect } from 'preact/hooks'
import { useStore } from './store.tsx'

export function useTitle(title: string): void {
  const waiting = useStore().alerts.waiting.value
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${title ? `${title} · ` : ''}Lantern`
  }, [title, waiting])
}
