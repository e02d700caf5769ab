import { Button, TextInput } from '@mantine/core'
import { Environment, paths } from '@postern/protocol'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { useAnnounce } from '../elements/announcer.tsx'
import { ModalDialog } from '../elements/modal-dialog.tsx'
import dialog from '../elements/modal-dialog.module.css'
import { ProblemAlert } from '../elements/problem-alert.tsx'

export function CreateEnvironmentDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('')
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const announce = useAnnounce()
  const create = useMutation({
    mutationFn: () => api(paths.environments, { method: 'POST', body: { name: name.trim() }, reply: Environment }),
    onSuccess: async ({ id }) => {
      announce('The environment is made')
      await queryClient.invalidateQueries({ queryKey: ['environments'] })
      onClose()
      await navigate({ to: '/environments/$environmentId', params: { environmentId: id } })
    },
  })
  return (
    <ModalDialog title="New environment" open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <TextInput
          label="Name"
          description="Where its servers stand: a plant, a site, a network zone. Letters, digits, space, _ and -."
          required
          maxLength={64}
          data-focus-first
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {create.isError && (
          <div className={dialog['problem']}>
            <ProblemAlert error={create.error} />
          </div>
        )}
        <div className={dialog['actions']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Make the environment
          </Button>
        </div>
      </form>
    </ModalDialog>
  )
}
