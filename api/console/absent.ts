/**
 * What is answered while the console's page is not there: a small page of its own that says why, what to do,
 * and where the API can be used meanwhile. It needs no file, since the files are what is missing.
 */
import { hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import { policyText } from './headers.ts'

/** `late`: it is still being built; `failed`: it could not be. */
export type Absence = 'late' | 'failed'

/** s after which a browser asks again. */
const askAgainAfter: Readonly<Record<Absence, number>> = { late: 2, failed: 30 }

const words: Readonly<Record<Absence, readonly { lang: string; title: string; text: string }[]>> = {
  late: [
    {
      lang: 'vi',
      title: 'Trang đang được dựng',
      text: 'Trang này sẽ tự tải lại. Lantern vẫn đang nhận số liệu.',
    },
    {
      lang: 'en',
      title: 'The page is still being built',
      text: 'It loads again by itself. Lantern takes readings all the same.',
    },
  ],
  failed: [
    {
      lang: 'vi',
      title: 'Không dựng được trang',
      text: 'Nguyên nhân nằm trong nhật ký của Lantern. Hãy dừng Lantern rồi chạy <code>npm ci &amp;&amp; npm start</code> trong thư mục của nó. Lantern vẫn đang nhận số liệu.',
    },
    {
      lang: 'en',
      title: 'The page could not be built',
      text: "The reason is in Lantern's log. Stop Lantern and run <code>npm ci &amp;&amp; npm start</code> in its folder. Lantern takes readings all the same.",
    },
  ],
}

const style = `
:root { color-scheme: light dark }
body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 38rem; margin: 15vh auto; padding: 0 1.5rem }
h1 { font-size: 1.5rem; margin: 2rem 0 0.3rem }
p { margin: 0.3rem 0 }
`
const policy = policyText({
  'default-src': "'none'",
  'style-src': `'sha256-${hash('sha256', style, 'base64')}'`,
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
})

/** Why the page is not there; undefined: it is. */
export async function absenceOf(ready: Promise<void>, patienceMs: number): Promise<Absence | undefined> {
  const waiting = new AbortController()
  try {
    return await Promise.race([
      ready.then(() => undefined),
      sleep(patienceMs, 'late' as const, { signal: waiting.signal }),
    ])
  } catch {
    return 'failed'
  } finally {
    waiting.abort()
  }
}

export function sendAbsent(reply: FastifyReply, absence: Absence): FastifyReply {
  const seconds = String(askAgainAfter[absence])
  return reply
    .code(503)
    .headers({ 'content-security-policy': policy, 'retry-after': seconds, refresh: seconds })
    .type('text/html; charset=utf-8')
    .send(absentPage(absence))
}

function absentPage(absence: Absence): string {
  const sections = words[absence].map(
    ({ lang, title, text }) => `<section lang="${lang}"><h1>${title}</h1><p>${text}</p></section>`,
  )
  return `<!doctype html>
<html lang="vi">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lantern</title>
<style>${style}</style>
${sections.join('\n')}
<p>API: <a href="/docs">/docs</a></p>
</html>
`
}
