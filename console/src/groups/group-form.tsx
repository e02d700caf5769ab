import { Button } from '@mantine/core'
import type { FieldProblems } from '../api/field-problems.ts'
import { CheckedForm } from '../elements/checked-form.tsx'
import form from '../elements/form.module.css'

interface GroupFormProps {
  mistakes: FieldProblems
  save: { mutate: () => void; isPending: boolean; error: unknown }
  saveName: string
  refusedTitle: string
  onCancel: () => void
  children: React.ReactNode
}

/** A group's fields with the buttons below them. */
export function GroupForm({ mistakes, save, saveName, refusedTitle, onCancel, children }: GroupFormProps) {
  return (
    <CheckedForm
      className={`${form['card']} ${form['fields']}`}
      mistakes={mistakes}
      error={save.error}
      refusedTitle={refusedTitle}
      onSend={() => save.mutate()}
    >
      {(refusal) => (
        <>
          {children}
          {refusal}
          <div className={form['actions']}>
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {saveName}
            </Button>
          </div>
        </>
      )}
    </CheckedForm>
  )
}
