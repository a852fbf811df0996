/**
 * The console, as files: every address of model/pages.ts answers the one page, which reads from the address
 * what to show. Its assets carry a hash in their names and so may be kept for ever; all are compressed
 * beforehand. The page may load and ask nothing but Lantern, and the outside map where one is set.
 */
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { z } from 'zod'
import { pages } from '../../model/pages.ts'
import { day } from '../../model/time.ts'
import { type ApiDependencies, type App, defaultLimits } from '../dependencies.ts'
import { absenceOf, sendAbsent } from './absent.ts'
import { pageHeaders } from './headers.ts'

const assetAge = 365 * day

/** Beside the page and its assets, by names that stay the same. */
const files = ['lantern.svg']
const assetPath = z.object({ file: z.string().regex(/^[\w-][\w.-]*$/) })
const hidden = { schema: { hide: true }, config: { access: 'open' as const } }

export function consoleRoutes(app: App, api: ApiDependencies): void {
  const limits = { ...defaultLimits, ...api.limits }

  app.register((scope: App, _options, done) => {
    scope.register(fastifyStatic, { serve: false, preCompressed: true, acceptRanges: false })

    for (const path of Object.values(pages))
      scope.get(path, hidden, async (_request, reply) => {
        const absence = await absenceOf(api.console.ready(), limits.pageMs)
        if (absence !== undefined) return sendAbsent(reply, absence)
        reply.headers({ ...pageHeaders(api.baseMap), 'cache-control': 'no-cache' })
        return reply.sendFile('index.html', api.console.folder, { cacheControl: false })
      })

    scope.get('/assets/:file', { ...hidden, schema: { hide: true, params: assetPath } }, (request, reply) =>
      reply.sendFile(request.params.file, join(api.console.folder, 'assets'), {
        maxAge: assetAge,
        immutable: true,
      }),
    )

    for (const file of files)
      scope.get(`/${file}`, hidden, (_request, reply) =>
        reply.sendFile(file, api.console.folder, { maxAge: day }),
      )
    done()
  })
}
