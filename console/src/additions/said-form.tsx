import { Button } from '@mantine/core'
import { useState } from 'react'
import form from '../elements/form.module.css'
import { nothingSaid, type Said, saidOf } from './said-draft.ts'
import { SaidFields } from './said-fields.tsx'

interface SaidFormProps {
  /** There is something to send, and an owner in whose name. */
  isReady: boolean
  isSending: boolean
  /** What the button does, as a verb with its object. */
  confirm: string
  onSend: (said: Said) => void
  /** The fields of what is added. */
  children: React.ReactNode
}

/** What is added, and below it what the owner says of it. */
export function SaidForm({ isReady, isSending, confirm, onSend, children }: SaidFormProps) {
  const [draft, setDraft] = useState(nothingSaid)
  const said = saidOf(draft)
  const isWrong = 'mistake' in said
  return (
    <form
      noValidate
      className={`${form['card']} ${form['fields']}`}
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady && !isWrong) onSend(said)
      }}
    >
      {children}
      <SaidFields draft={draft} onChange={setDraft} />
      {isWrong && <p className={form['hint']}>{said.mistake}</p>}
      <div className={form['actions']}>
        <Button type="submit" disabled={!isReady || isWrong} loading={isSending}>
          {confirm}
        </Button>
      </div>
    </form>
  )
}
