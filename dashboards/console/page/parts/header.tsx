/** The top of every page: what it is, where one can go, the search, language, theme and who is signed in. */
import { linkTo } from '../addresses.ts'
import { Search } from './search.tsx'
import { useLocale, useStore } from './store.tsx'

export function Header() {
  const { city, navigation } = useStore()
  const { t } = useLocale()
  const page = navigation.address.value?.page
  const sections = [
    { link: linkTo('overview'), words: t.shell.home, pages: ['overview', 'area', 'place'] },
    { link: linkTo('alerts'), words: t.shell.alerts, pages: ['alerts', 'alert'] },
    { link: linkTo('streets'), words: t.shell.streets, pages: ['streets', 'device'] },
    { link: linkTo('data'), words: t.shell.data, pages: ['data'] },
  ]
  return (
    <header class="header">
      <a class="brand" href={linkTo('overview')}>
        <img src="/lantern.svg" alt="" width="32" height="32" />
        <span class="brand__words">
          <span class="brand__name">Lantern</span>
          <span class="brand__city">{city.city.value?.name ?? ''}</span>
        </span>
      </a>
      <nav class="nav" aria-label={t.shell.navigation}>
        {sections.map(({ link, words, pages }) => (
          <a
            key={link}
            href={link}
            class="nav__link"
            aria-current={page && pages.includes(page) ? 'page' : undefined}
          >
            {words}
            {link === linkTo('alerts') && <AlertCount />}
          </a>
        ))}
      </nav>
      <Search />
      <div class="header__tools">
        <LanguageButton />
        <ThemeButton />
        <SignedIn />
      </div>
    </header>
  )
}

/** How many alerts wait for somebody; nothing where there are none, or nobody is signed in. */
function AlertCount() {
  const { alerts } = useStore()
  const { f } = useLocale()
  const waiting = alerts.waiting.value
  return waiting > 0 ? <span class="nav__count">{f.whole(waiting)}</span> : null
}

function LanguageButton() {
  const { preferences } = useStore()
  const { t } = useLocale()
  const other = preferences.language.value === 'vi' ? 'en' : 'vi'
  return (
    <button
      type="button"
      class="button button--quiet"
      lang={other}
      title={t.shell.languageHint}
      onClick={() => {
        preferences.language.value = other
      }}
    >
      {t.shell.language}
    </button>
  )
}

function ThemeButton() {
  const { preferences } = useStore()
  const { t } = useLocale()
  const theme = preferences.theme.value
  return (
    <button
      type="button"
      class="button button--quiet"
      aria-label={t.shell.theme[theme]}
      title={t.shell.theme[theme]}
      onClick={() => {
        preferences.theme.value = theme === 'dark' ? 'light' : 'dark'
      }}
    >
      <svg viewBox="0 0 20 20" width="1.2em" height="1.2em" aria-hidden="true">
        <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6" />
        <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
      </svg>
    </button>
  )
}

function SignedIn() {
  const { session } = useStore()
  const { t } = useLocale()
  const who = session.signedIn.value
  if (who === undefined) return null
  if (who === null)
    return (
      <a class="button" href={linkTo('signIn')}>
        {t.shell.signIn}
      </a>
    )
  return (
    <>
      <span class="header__who" title={t.shell.signedInAs(who.name)}>
        {t.shell.roles[who.role]}
      </span>
      <button type="button" class="button" onClick={() => session.signOut().catch(() => session.refresh())}>
        {t.shell.signOut}
      </button>
    </>
  )
}
