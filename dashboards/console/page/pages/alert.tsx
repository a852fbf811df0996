/** One alert on a page of its own: what a link in a message opens, and what a phone shows instead of the second pane. */
import '../styles/alerts.css'
import { useEffect } from 'preact/hooks'
import { linkTo } from '../addresses.ts'
import { AlertDetail } from '../alerts/alert-detail.tsx'
import { formNames } from '../alerts/alert-form.tsx'
import { NeedsSignIn } from '../parts/needs-sign-in.tsx'
import { useLocale, useStore } from '../parts/store.tsx'
import { useTitle } from '../parts/use-title.ts'

export function AlertPage({ id }: { readonly id: string }) {
  const { session, navigation, alerts } = useStore()
  const { t } = useLocale()
  useTitle(t.alerts.titleOf(id))
  const may = session.may('viewer')
  const query = navigation.address.value?.query
  const form = formNames.find((name) => name === query?.get('do'))
  // It is open now; the address is to be sent without it.
  useEffect(() => {
    if (form && may) navigation.go(linkTo('alert', id), { replace: true })
  }, [form, may, id, navigation])
  if (session.signedIn.value === undefined) return null
  if (!may) return <NeedsSignIn />
  // Back to the same list that one came from.
  const filters = alerts.place.query
  return (
    <div class="alert-page">
      <AlertDetail
        id={Number(id)}
        heading="h1"
        form={form}
        head={
          <p>
            <a class="button button--quiet" href={linkTo('alerts', '', filters)}>
              ‹ {t.alerts.back}
            </a>
          </p>
        }
      />
    </div>
  )
}
