/**
 * Large answers in JSON, CSV and XML go out gzipped to whoever asks for it: a list of 1,000 places is an eighth
 * of its size. What is compressed already (the console's files) and the stream of alerts are left alone.
 */
import compress from '@fastify/compress'
import type { App } from '../dependencies.ts'

/** Below this, bytes: what the packets of one round trip carry anyhow. */
const threshold = 8192
/** The fastest: half the time of zlib's own level, for answers that are a sixth larger. */
const level = 1
const types = /^(application\/([a-z]+\+)?(json|xml)|text\/csv)\b/

/** Call it before the routes are registered, and after the caching: an ETag is of what was to be sent. */
export function installCompression(app: App): void {
  app.register(compress, {
    threshold,
    // On the pool of threads: nobody else waits for it.
    syncThreshold: 0,
    encodings: ['gzip'],
    zlibOptions: { level },
    customTypes: types,
    // A body that comes compressed is refused: its limit is of bytes that arrive.
    globalDecompression: false,
  })
}
