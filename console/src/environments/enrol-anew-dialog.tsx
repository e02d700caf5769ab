import { Button, Switch } from '@mantine/core'
import { type CreateDownload, type EnvironmentServer, paths } from '@postern/protocol'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { apiFile } from '../api/api.ts'
import { environmentKeys } from '../api/environment-queries.ts'
import { saveFile } from '../api/save-file.ts'
import { Icon } from '../elements/icon.tsx'
import { ModalDialog } from '../elements/modal-dialog.tsx'
import dialog from '../elements/modal-dialog.module.css'
import { Notice } from '../elements/notice.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'

interface EnrolAnewProps {
  environmentId: string
  server: EnvironmentServer
  onClose: () => void
}

/** D37: a bundle that gives the same number a new key. The old identity ends with the download. */
export function EnrolAnewDialog({ environmentId, server, onClose }: EnrolAnewProps) {
  const [withoutRuntime, setWithoutRuntime] = useState(false)
  const queryClient = useQueryClient()
  const download = useMutation({
    mutationFn: async () => {
      const body: CreateDownload = {
        kind: 'bundle',
        serverXid: server.serverXid,
        ...(withoutRuntime && { withoutRuntime }),
      }
      const file = await apiFile(paths.environmentDownloads(encodeURIComponent(environmentId)), body)
      saveFile(file.name, file.content)
      return file.name
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: environmentKeys.all })
    },
  })
  return (
    <ModalDialog title="Enrol this server anew?" open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          download.mutate()
        }}
      >
        <div className={dialog['fields']}>
          <p>
            The bundle enrols{' '}
            <strong>
              <PlainText text={server.name} />
            </strong>{' '}
            under its number, {server.serverXid}, with a new key. Unpack it into a new folder, start it within 24 hours,
            and confirm the new fingerprint here.
          </p>
          <p>
            With the download its present key, certificate and tokens end. Results that it has not delivered are lost.
          </p>
          <Switch
            label="Without the Node runtime"
            description="Smaller, for a machine that has a Node of its own."
            checked={withoutRuntime}
            onChange={(event) => setWithoutRuntime(event.currentTarget.checked)}
          />
        </div>
        {download.isError && (
          <div className={dialog['problem']}>
            <ProblemAlert error={download.error} />
          </div>
        )}
        {download.data && (
          <Notice tone="good" role="status">
            <p>
              <strong>
                <PlainText text={download.data} />
              </strong>{' '}
              is in your downloads. Keep it like a password until it has enrolled.
            </p>
          </Notice>
        )}
        <div className={dialog['actions']}>
          <Button variant="default" data-focus-first onClick={onClose}>
            {download.data ? 'Close' : 'Leave it as it is'}
          </Button>
          {!download.data && (
            <Button
              type="submit"
              color="brick"
              loading={download.isPending}
              leftSection={<Icon name="down" size={14} />}
            >
              Download the bundle
            </Button>
          )}
        </div>
      </form>
    </ModalDialog>
  )
}
