import { type CreateEnvironment, Environment } from '@postern/protocol'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { environmentKeys } from '../api/environment-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { type EnvironmentDraft, EnvironmentForm } from './environment-form.tsx'

export function CreateEnvironmentDialog({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState<EnvironmentDraft>({ name: '', ownerId: '' })
  const navigate = useNavigate()
  const create = useWrite({
    write: () => {
      const body: CreateEnvironment = {
        name: draft.name.trim(),
        ...(draft.ownerId !== '' && { ownerId: draft.ownerId }),
      }
      return api(paths.environments, { method: 'POST', body, reply: Environment })
    },
    said: 'The environment is made',
    touches: [environmentKeys.lists],
    onDone: ({ id }) => {
      onClose()
      void navigate({ to: '/environments/$environmentId', params: { environmentId: id } })
    },
  })
  const form = { draft, onChange: setDraft, onClose, action: create }
  return <EnvironmentForm title="New environment" confirm="Make the environment" {...form} />
}
