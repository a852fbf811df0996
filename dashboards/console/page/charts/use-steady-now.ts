/** Lantern's clock in steps, so that a component is drawn again only once in a step and not each second. */
import { useComputed } from '@preact/signals'
import { useStore } from '../parts/store.tsx'
import { steady } from './ranges.ts'

export function useSteadyNow(step: number): number {
  const { connection } = useStore()
  return useComputed(() => steady(connection.now.value, step)).value
}
