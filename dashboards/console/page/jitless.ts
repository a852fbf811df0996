/**
 * Keeps zod from compiling its checks with `new Function`, which the page's Content-Security-Policy forbids. Imported
 * before everything else, because schemas are built while modules load.
 */
import { config } from 'zod'

config({ jitless: true })
