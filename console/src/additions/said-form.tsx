import { Button } from '@mantine/core'
import { useState } from 'react'
import type { FieldProblems } from '../api/field-problems.ts'
import { CheckedForm } from '../elements/checked-form.tsx'
import form from '../elements/form.module.css'
import { nothingSaid, type Said, saidOf } from './said-draft.ts'
import { SaidFields } from './said-fields.tsx'
import { refusedTitle, type SendProps } from './send-props.ts'

interface SaidFormProps extends SendProps<Said> {
  /** What is wrong with the fields of what is added. */
  mistakes: FieldProblems
  /** What the button does, as a verb with its object. */
  confirm: string
  /** The fields of what is added. */
  children: React.ReactNode
}

/** What is added, and below it what the owner says of it. */
export function SaidForm({ isReady, isSending, error, mistakes, confirm, onSend, children }: SaidFormProps) {
  const [draft, setDraft] = useState(nothingSaid)
  const said = saidOf(draft)
  return (
    <CheckedForm
      className={`${form['card']} ${form['fields']}`}
      mistakes={'mistakes' in said ? { ...mistakes, ...said.mistakes } : mistakes}
      error={error}
      refusedTitle={refusedTitle}
      onSend={() => {
        if (isReady && !('mistakes' in said)) onSend(said)
      }}
    >
      {(refusal) => (
        <>
          {children}
          <SaidFields draft={draft} onChange={setDraft} />
          {refusal}
          <div className={form['actions']}>
            <Button type="submit" disabled={!isReady} loading={isSending}>
              {confirm}
            </Button>
          </div>
        </>
      )}
    </CheckedForm>
  )
}
