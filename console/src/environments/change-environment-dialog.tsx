import { type ChangeEnvironment, Environment } from '@postern/protocol'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { changedFields } from '../api/changed-fields.ts'
import { environmentKeys } from '../api/environment-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { type EnvironmentDraft, EnvironmentForm } from './environment-form.tsx'

/** Another name or owner; servers and jobs stay with it. */
export function ChangeEnvironmentDialog({ environment, onClose }: { environment: Environment; onClose: () => void }) {
  const { id } = environment
  // The page goes on reading the environment while this is open.
  const [{ name, ownerId }] = useState(environment)
  const [draft, setDraft] = useState<EnvironmentDraft>({ name, ownerId: ownerId ?? '' })
  const save = useWrite({
    write: () => {
      const after = { name: draft.name.trim(), ownerId: draft.ownerId === '' ? null : draft.ownerId }
      const body: ChangeEnvironment = changedFields({ name, ownerId }, after)
      return api(paths.environment(id), { method: 'PATCH', body, reply: Environment })
    },
    said: 'The environment is changed',
    touches: [environmentKeys.all],
    onDone: onClose,
  })
  const form = { draft, onChange: setDraft, onClose, action: save }
  return <EnvironmentForm title="Name and owner" confirm="Save" {...form} />
}
