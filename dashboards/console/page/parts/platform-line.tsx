/** How Lantern itself is, in one line at the foot of every page. */
import { useLocale, useStore } from './store.tsx'

/** Less than this behind is the ordinary way of a reading. */
const ordinaryLag = 2000

export function PlatformLine() {
  const { platform, connection } = useStore()
  const { t, f } = useLocale()
  const now = platform.platform.value
  const words = t.shell.platform
  const unwell = now?.unwell ?? []
  return (
    <footer class="platform">
      {connection.isStale() ? (
        <span class="platform__state platform__state--bad">{words.away}</span>
      ) : (
        <span
          class={`platform__state ${unwell.length > 0 ? 'platform__state--bad' : ''}`}
          title={unwell.map(({ name, detail }) => `${name}: ${detail}`).join('\n')}
        >
          {unwell.length > 0
            ? words.unwell(unwell.map(({ name }) => name).join(', '))
            : now
              ? words.well
              : t.shell.loading}
        </span>
      )}
      {now && (
        <>
          <span>
            {words.rate(now.readingsPerSecond === undefined ? '…' : f.whole(now.readingsPerSecond))}
          </span>
          <span>{now.lagMs < ordinaryLag ? words.lagNone : words.lag(f.length(now.lagMs))}</span>
          <span>{words.rejections(f.whole(now.rejections))}</span>
          <span>{words.connected(f.whole(now.connections))}</span>
        </>
      )}
      <span class="platform__time">{f.moment(connection.now.value)}</span>
    </footer>
  )
}
