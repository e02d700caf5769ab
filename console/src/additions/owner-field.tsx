import { Button, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { ownerQueries } from '../api/owner-queries.ts'
import form from '../elements/form.module.css'
import { plainText } from '../format/text-pieces.ts'
import { CreateOwnerDialog } from '../owners/create-owner-dialog.tsx'

/** In whose name something is added. Who may make owners makes a new one here. */
export function OwnerField({ owner, onChange }: { owner: string; onChange: (owner: string) => void }) {
  const owners = useQuery(ownerQueries.choices()).data ?? []
  const mayMake = useMay('write')
  const [isMaking, setMaking] = useState(false)
  return (
    <div className={form['row']}>
      <NativeSelect
        label="Owner"
        description="Whose assertions these become."
        required
        value={owner}
        onChange={(event) => onChange(event.currentTarget.value)}
        data={[
          { value: '', label: 'Choose …' },
          ...owners.map(({ name }) => ({ value: name, label: plainText(name) })),
        ]}
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
