import { useEffect, useId, useLayoutEffect, useRef } from 'react'
import classes from './modal-dialog.module.css'

interface ModalDialogProps {
  title: string
  open: boolean
  /** For what needs more room than a few fields. */
  isWide?: boolean
  onClose: () => void
  children: React.ReactNode
}

/** The browser's own modal dialog: it keeps the focus inside, closes on Escape, and gives the focus back. */
export function ModalDialog({ title, open, isWide = false, onClose, children }: ModalDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    if (!open) return dialog.current?.close()
    dialog.current?.showModal()
    dialog.current?.querySelector<HTMLElement>('[data-focus-first]')?.focus()
  }, [open])
  useLayoutEffect(() => {
    const element = dialog.current
    // Taken out of the page while open, it would keep the focus that it owes to whatever opened it.
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      className={classes['dialog']}
      data-wide={isWide || undefined}
      onClose={onClose}
      onClick={(event) => {
        // Only the backdrop belongs to the dialog element itself; everything else lies in the box.
        if (event.target === event.currentTarget) onClose()
      }}
    >
      <div className={classes['box']}>
        <h2 id={titleId} className={classes['title']}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  )
}
