/** The frame around every page (navigation, search, sign-in, notices, the platform's line) and the page that the address names. */
import './styles/shell.css'
import { useEffect, useRef } from 'preact/hooks'
import { linkTo } from './addresses.ts'
import { AlertNotice } from './alerts/alert-notice.tsx'
import { AlertPage } from './pages/alert.tsx'
import { AlertsPage } from './pages/alerts.tsx'
import { AreaPage } from './pages/area.tsx'
import { DataPage } from './pages/data.tsx'
import { DevicePage } from './pages/device.tsx'
import { PlacePage } from './pages/place.tsx'
import { SignInPage } from './pages/sign-in.tsx'
import { StreetsPage } from './pages/streets.tsx'
import { Header } from './parts/header.tsx'
import { Notices } from './parts/notices.tsx'
import { PlatformLine } from './parts/platform-line.tsx'
import { useLocale, useStore } from './parts/store.tsx'

export function App() {
  const { navigation, connection, session } = useStore()
  const { t } = useLocale()
  const address = navigation.address.value
  const main = useRef<HTMLElement>(null)
  const where = address
    ? `${address.page} ${'id' in address ? address.id : 'code' in address ? address.code : ''}`
    : ''

  // Another page: whoever reads with a screen reader or keyboard begins at its top (but not when the page first opens).
  const shown = useRef(where)
  useEffect(() => {
    if (shown.current === where) return
    shown.current = where
    main.current?.focus({ preventScroll: true })
  }, [where])

  return (
    <div class={`shell ${connection.isStale() ? 'shell--stale' : ''}`}>
      <a class="skip" href="#main">
        {t.shell.skip}
      </a>
      <Header />
      <Notices />
      <AlertNotice />
      <main id="main" class="main" tabIndex={-1} ref={main} key={`${session.signedIn.value?.key ?? ''}`}>
        <Page />
      </main>
      <PlatformLine />
    </div>
  )
}

function Page() {
  const { navigation } = useStore()
  const address = navigation.address.value
  switch (address?.page) {
    case 'overview':
      return <AreaPage code={null} />
    case 'area':
      return <AreaPage code={address.code} />
    case 'place':
      return <PlacePage id={address.id} key={address.id} />
    case 'device':
      return <DevicePage id={address.id} key={address.id} />
    case 'alerts':
      return <AlertsPage query={address.query} />
    case 'alert':
      return <AlertPage id={address.id} key={address.id} />
    case 'streets':
      return <StreetsPage query={address.query} />
    case 'data':
      return <DataPage />
    case 'signIn':
      return <SignInPage />
    case undefined:
      return <NotFound />
  }
}

function NotFound() {
  const { t } = useLocale()
  return (
    <section class="panel">
      <h1>{t.shell.notFound}</h1>
      <p>{t.shell.notFoundHelp}</p>
      <p>
        <a href={linkTo('overview')}>{t.shell.backHome}</a>
      </p>
    </section>
  )
}
