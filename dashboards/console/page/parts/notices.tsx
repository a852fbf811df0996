/** What must not be overlooked, said quietly at the top: that figures are old, that the session ended, that it is a demonstration. */
import { linkTo } from '../addresses.ts'
import { useLocale, useStore } from './store.tsx'

/** Figures count what was heard: so far behind, and cameras may have failed that still count as working. */
const behindFrom = 60_000

export function Notices() {
  const { connection, session, city, platform } = useStore()
  const { t, f } = useLocale()
  const answeredAt = connection.answeredAt.value
  const isStale = connection.isStale()
  const lagMs = platform.platform.value?.lagMs ?? 0
  return (
    <div class="notices" role="status">
      {isStale && (
        <p class="notice notice--bad">
          <strong>
            {t.shell.stale(answeredAt === undefined ? '…' : f.length(connection.now.value - answeredAt))}
          </strong>{' '}
          {t.shell.staleHelp}
        </p>
      )}
      {!isStale && lagMs > behindFrom && (
        <p class="notice notice--bad">
          <strong>{t.shell.behind(f.length(lagMs))}</strong> {t.shell.behindHelp}
        </p>
      )}
      {session.hasEnded.value && (
        <p class="notice notice--bad">
          <strong>{t.shell.ended}</strong> {t.shell.endedHelp} <a href={linkTo('signIn')}>{t.shell.signIn}</a>
        </p>
      )}
      {city.city.value?.simulated && <p class="notice">{t.shell.simulated}</p>}
    </div>
  )
}
