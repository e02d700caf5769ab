import { useEffect, useId, useLayoutEffect, useRef } from 'react'
import { createPortal } from 'react-dom'
import classes from './modal-dialog.module.css'

interface ModalDialogProps {
  title: string
  open: boolean
  /** For what needs more room than a few fields. */
  isWide?: boolean
  /** Absent of what is shown this once: neither Escape nor a click beside it takes that away, its buttons alone do. */
  onClose?: (() => void) | undefined
  children: React.ReactNode
}

/**
 * The browser's own modal dialog: it keeps the focus inside, closes on Escape, and gives the focus back. It stands at the end of the page,
 * since a form within another one's part of it would be sent by the browser itself.
 */
export function ModalDialog({ title, open, isWide = false, onClose, children }: ModalDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const wasPressedBeside = useRef(false)
  const titleId = useId()
  useEffect(() => {
    if (open) show(dialog.current)
    else dialog.current?.close()
  }, [open])
  useLayoutEffect(() => {
    const element = dialog.current
    // Taken out of the page while open, it would keep the focus that it owes to whatever opened it.
    return () => element?.close()
  }, [])
  return createPortal(
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      className={classes['dialog']}
      data-wide={isWide || undefined}
      // For React it is still part of the form that opened it, which is not sent by it.
      onSubmit={(event) => event.stopPropagation()}
      onCancel={(event) => {
        if (!onClose) event.preventDefault()
      }}
      onClose={(event) => {
        if (onClose) onClose()
        // Whoever presses Escape again is not asked by the browser whether the dialog may be closed.
        else if (event.currentTarget.isConnected) show(event.currentTarget)
      }}
      // Only the backdrop belongs to the dialog element itself; everything else lies in the box.
      onPointerDown={(event) => (wasPressedBeside.current = event.target === event.currentTarget)}
      onClick={(event) => {
        // Who selects a text in a field often lets go of it beside the box: that closes nothing.
        if (wasPressedBeside.current && event.target === event.currentTarget) onClose?.()
      }}
    >
      <div className={classes['box']}>
        <h2 id={titleId} className={classes['title']}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>,
    document.body,
  )
}

function show(dialog: HTMLDialogElement | null): void {
  dialog?.showModal()
  const first = dialog?.querySelector<HTMLElement>('[data-focus-first]')
  if (first) first.focus()
  // The browser scrolls to what has the focus, which may be the only thing at the end of a long text.
  else dialog?.scrollTo(0, 0)
}
