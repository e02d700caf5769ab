import type { Environment } from '@postern/protocol'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { api } from '../api/api.ts'
import { environmentKeys } from '../api/environment-queries.ts'
import { paths } from '../api/paths.ts'
import { ActionMenu } from '../elements/action-menu.tsx'
import { useAnnounce } from '../elements/announcer.tsx'
import { DeleteDialog } from '../elements/delete-dialog.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { plainText } from '../format/text-pieces.ts'
import { ChangeEnvironmentDialog } from './change-environment-dialog.tsx'
import { DownloadDialog } from './download-dialog.tsx'
import { InspectedTlsDialog } from './inspected-tls-dialog.tsx'

/** The ⋮ of an environment, for those who may change it. @param onDeleted where to go when it is gone */
export function EnvironmentActions({ environment, onDeleted }: { environment: Environment; onDeleted?: () => void }) {
  const [asks, setAsks] = useState<'download' | 'change' | 'inspection' | 'delete'>()
  const close = () => setAsks(undefined)
  if (!useMay('write')) return null
  return (
    <>
      <ActionMenu
        label={`Actions for ${plainText(environment.name)}`}
        actions={[
          { name: 'Download …', icon: 'down', act: () => setAsks('download') },
          { name: 'Name and owner …', icon: 'pencil', act: () => setAsks('change') },
          { name: 'TLS inspection …', icon: 'pencil', act: () => setAsks('inspection') },
          { name: 'Delete …', icon: 'cross', isDangerous: true, act: () => setAsks('delete') },
        ]}
      />
      {asks === 'download' && <DownloadDialog environment={environment} onClose={close} />}
      {asks === 'change' && <ChangeEnvironmentDialog environment={environment} onClose={close} />}
      {asks === 'inspection' && <InspectedTlsDialog environment={environment} onClose={close} />}
      {asks === 'delete' && <DeleteEnvironment environment={environment} onClose={close} onDeleted={onDeleted} />}
    </>
  )
}

interface DeleteEnvironmentProps {
  environment: Environment
  onClose: () => void
  onDeleted: (() => void) | undefined
}

function DeleteEnvironment({ environment, onClose, onDeleted }: DeleteEnvironmentProps) {
  const queryClient = useQueryClient()
  const announce = useAnnounce()
  const remove = useMutation({
    mutationFn: () => api(paths.environment(environment.id), { method: 'DELETE' }),
    onSuccess: async () => {
      onClose()
      announce(`${plainText(environment.name)} is deleted`)
      onDeleted?.()
      await queryClient.invalidateQueries({ queryKey: environmentKeys.lists })
    },
  })
  const servers = environment.servers.filter(({ presence }) => presence !== 'revoked').length
  return (
    <DeleteDialog noun="environment" onClose={onClose} action={remove}>
      <p>
        <strong>
          <PlainText text={environment.name} />
        </strong>{' '}
        goes{servers > 0 && `, and its ${servers === 1 ? 'server is' : `${servers} servers are`} revoked`}. Jobs that
        name it must be pointed at another one first; their executions stay.
      </p>
    </DeleteDialog>
  )
}
