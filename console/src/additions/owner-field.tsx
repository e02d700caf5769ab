import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { ownerQueries } from '../api/owner-queries.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { nameChoices, notChosen } from '../elements/choices.ts'
import form from '../elements/form.module.css'
import { CreateOwnerDialog } from '../owners/create-owner-dialog.tsx'

interface OwnerFieldProps {
  owner: string
  hint?: string
  onChange: (owner: string) => void
}

/** In whose name something is added. Who may make owners makes a new one here. */
export function OwnerField({ owner, hint = 'Whose assertions these become.', onChange }: OwnerFieldProps) {
  const owners = useQuery(ownerQueries.choices()).data ?? []
  const mayMake = useMay('write')
  const [isMaking, setMaking] = useState(false)
  return (
    <div className={form['row']}>
      <ChoiceField
        name="owner"
        label="Owner"
        hint={hint}
        isRequired
        value={owner}
        choices={[notChosen, ...nameChoices(owners)]}
        onChange={onChange}
      />
      {mayMake && (
        <Button variant="default" onClick={() => setMaking(true)}>
          New owner …
        </Button>
      )}
      {isMaking && (
        <CreateOwnerDialog
          onClose={() => setMaking(false)}
          onMade={({ name }) => {
            setMaking(false)
            onChange(name)
          }}
        />
      )}
    </div>
  )
}
