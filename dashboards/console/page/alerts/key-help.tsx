/** The keys of the list, on a dialog that opens with its button or with "?" and gives the focus back when it closes. */
import { useEffect, useRef } from 'preact/hooks'
import { useLocale } from '../parts/store.tsx'
import { keyHelp } from './keys.ts'

export function KeyHelp({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const { t } = useLocale()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (isOpen) dialog.current?.showModal()
    else dialog.current?.close()
  }, [isOpen])
  return (
    <dialog ref={dialog} class="key-help" aria-label={t.alerts.keys.title} onClose={onClose}>
      <h2>{t.alerts.keys.title}</h2>
      <p class="soft small">{t.alerts.keys.hint}</p>
      <dl>
        {keyHelp.map(([keys, words]) => (
          <div key={words}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{t.alerts.keys[words]}</dd>
          </div>
        ))}
      </dl>
      <button type="button" class="button" onClick={onClose}>
        {t.alerts.close}
      </button>
    </dialog>
  )
}
