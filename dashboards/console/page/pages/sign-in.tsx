/**
 * Where an API key, or the one-time code in a link of `npm start`, becomes a session. Neither is kept: the code is taken out
 * of the address at once, and the key is gone with the form.
 */
import '../styles/data.css'
import { useEffect, useState } from 'preact/hooks'
import { linkTo } from '../addresses.ts'
import { useLocale, useStore } from '../parts/store.tsx'
import { useTitle } from '../parts/use-title.ts'
import { RequestError } from '../requests.ts'

type Trouble = 'wrong' | 'codeUsed' | 'away' | 'refused'

/** Wherever one came from, or the overview. */
function back(query: URLSearchParams | undefined): string {
  const to = query?.get('to') ?? ''
  return to.startsWith('/') && !to.startsWith('//') ? to : linkTo('overview')
}

export function SignInPage() {
  const { session, navigation } = useStore()
  const { t } = useLocale()
  const words = t.coverage.signIn
  const [isUnderWay, setUnderWay] = useState(false)
  const [trouble, setTrouble] = useState<{ what: Trouble; said: string } | null>(null)
  useTitle(words.title)

  async function signIn(by: { key: string } | { code: string }): Promise<void> {
    setUnderWay(true)
    setTrouble(null)
    try {
      await session.signIn(by)
      navigation.go(back(navigation.address.peek()?.query), { replace: true })
    } catch (error) {
      const status = error instanceof RequestError ? error.status : 0
      const what =
        status === 401
          ? 'key' in by
            ? 'wrong'
            : 'codeUsed'
          : status === 0 || status >= 500
            ? 'away'
            : 'refused'
      setTrouble({
        what,
        said: error instanceof RequestError ? `${error.message} ${error.remedy ?? ''}` : String(error),
      })
    } finally {
      setUnderWay(false)
    }
  }

  // The code of a one-time link, once.
  useEffect(() => {
    const code = window.location.hash.slice(1)
    if (code === '') return
    window.history.replaceState(null, '', window.location.pathname)
    void signIn({ code })
  }, [])

  if (session.signedIn.value)
    return (
      <section class="panel sign-in">
        <h1>{words.already}</h1>
        <p>
          <a class="button button--first" href={linkTo('overview')}>
            {words.go}
          </a>
        </p>
      </section>
    )

  return (
    <form
      class="panel sign-in"
      onSubmit={(event) => {
        event.preventDefault()
        const key = new FormData(event.currentTarget).get('key')
        if (typeof key === 'string' && key.trim() !== '') void signIn({ key: key.trim() })
      }}
    >
      <h1>{words.title}</h1>
      <label>
        {words.key}
        <input
          class="field"
          name="key"
          type="password"
          autoComplete="off"
          spellcheck={false}
          required
          aria-describedby="key-help"
        />
      </label>
      <p id="key-help" class="soft small">
        {words.keyHelp}
      </p>
      <div role="alert">
        {trouble && (
          <p class="failure">
            <strong>{words[trouble.what]}</strong> <span class="soft small">{trouble.said}</span>
          </p>
        )}
      </div>
      <button type="submit" class="button button--first" disabled={isUnderWay}>
        {isUnderWay ? words.working : words.submit}
      </button>
    </form>
  )
}
