/** Says that something is for those who are signed in, and how to get there. */
import { linkTo } from '../addresses.ts'
import { useLocale } from './store.tsx'

export function NeedsSignIn() {
  const { t } = useLocale()
  return (
    <section class="panel needs-sign-in">
      <h1>{t.shell.needsSignIn}</h1>
      <p class="soft">{t.shell.needsSignInHelp}</p>
      <p>
        <a class="button button--first" href={linkTo('signIn')}>
          {t.shell.signIn}
        </a>
      </p>
    </section>
  )
}
