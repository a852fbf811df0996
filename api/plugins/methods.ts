/**
 * Tells a wrong method from a wrong address: collects the routes as they are registered, and says which
 * methods an address takes. Fastify itself answers 404 to both.
 */
import type { App } from '../dependencies.ts'

/** Call it before the routes are registered. The answer names the methods a path takes; empty: no such path. */
export function collectMethods(app: App): (path: string) => string[] {
  const methodsOf = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsOf.get(url) ?? new Set()
    for (const name of [method].flat()) methods.add(name)
    methodsOf.set(url, methods)
  })
  return (path) => {
    const parts = path.split('/')
    const fits = (url: string) => {
      const pattern = url.split('/')
      return (
        pattern.length === parts.length &&
        pattern.every((part, at) => (part.startsWith(':') ? parts[at] !== '' : part === parts[at]))
      )
    }
    const found = [...methodsOf].filter(([url]) => fits(url)).flatMap(([, methods]) => [...methods])
    return [...new Set(found)].sort()
  }
}
