import { type ChangeEnvironment, Environment, paths } from '@postern/protocol'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { environmentKeys } from '../api/environment-queries.ts'
import { useWrite } from '../api/use-write.ts'
import { type EnvironmentDraft, EnvironmentForm } from './environment-form.tsx'

/** Another name or owner; servers and jobs stay with it. */
export function ChangeEnvironmentDialog({ environment, onClose }: { environment: Environment; onClose: () => void }) {
  const { id, name, ownerId } = environment
  const [draft, setDraft] = useState<EnvironmentDraft>({ name, ownerId: ownerId ?? '' })
  const save = useWrite({
    write: () => {
      const body: ChangeEnvironment = {
        name: draft.name.trim(),
        ownerId: draft.ownerId === '' ? null : draft.ownerId,
      }
      return api(paths.environment(encodeURIComponent(id)), { method: 'PATCH', body, reply: Environment })
    },
    said: 'The environment is changed',
    touches: [environmentKeys.all],
    onDone: onClose,
  })
  const form = { draft, onChange: setDraft, onClose, action: save }
  return <EnvironmentForm title="Name and owner" confirm="Save" {...form} />
}
