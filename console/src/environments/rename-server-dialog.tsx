import { Button } from '@mantine/core'
import type { EnvironmentServer } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { serverSettingsQueries } from '../api/server-settings-queries.ts'
import { ModalDialog } from '../elements/modal-dialog.tsx'
import dialog from '../elements/modal-dialog.module.css'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { ChangeSettingDialog } from './settings/change-setting-dialog.tsx'

interface RenameServerProps {
  environmentId: string
  server: EnvironmentServer
  onClose: () => void
}

/** A server's name is a setting of its own (ES-19): it is asked for where the server lets the hub set it; else it is said how. */
export function RenameServerDialog({ environmentId, server, onClose }: RenameServerProps) {
  const { serverXid } = server
  const settings = useQuery(serverSettingsQueries.one(environmentId, serverXid))
  const setting = settings.data?.settings.find(({ name }) => name === 'serverName')
  if (setting?.hubMaySet)
    return (
      <ChangeSettingDialog environmentId={environmentId} serverXid={serverXid} setting={setting} onClose={onClose} />
    )
  return (
    <ModalDialog title="Rename this environment server" open onClose={onClose}>
      <div className={dialog['fields']}>
        {settings.isPending && <SkeletonRows label="Loading the settings" rows={3} />}
        {settings.isError && <ProblemAlert error={settings.error} />}
        {settings.isSuccess && (
          <>
            <p>
              <strong>
                <PlainText text={server.name} />
              </strong>{' '}
              does not let this hub set its name. Give it another one on its own machine:
            </p>
            <p>
              <code>./configure.sh --set serverName="NEW NAME" --reload</code>
            </p>
            <p>
              Where its <code>policy.json</code> names <code>serverName</code> under <code>settings</code>, it is
              renamed from here.
            </p>
          </>
        )}
      </div>
      <div className={dialog['actions']}>
        <Button variant="default" data-focus-first onClick={onClose}>
          Close
        </Button>
      </div>
    </ModalDialog>
  )
}
