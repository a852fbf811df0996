/** The last answer to the same question in other words, so that a chart stays while a newer part of its range is asked for. */
import { useRef } from 'preact/hooks'

/** `key`: what the value is of; with another key the former value is forgotten. */
export function useKept<T>(value: T | undefined, key: string): T | undefined {
  const kept = useRef<{ key: string; value: T } | undefined>(undefined)
  if (value !== undefined) kept.current = { key, value }
  return kept.current?.key === key ? kept.current.value : undefined
}
