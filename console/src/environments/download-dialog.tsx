import { Button, Switch, TextInput } from '@mantine/core'
import { type CreateDownload, downloadHeaders, type Environment, paths } from '@postern/protocol'
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
import { plainText } from '../format/text-pieces.ts'
import classes from './environments.module.css'

type Kind = CreateDownload['kind']

/** The three files of ES-2, by the names that people know from other products. */
const choices: readonly { kind: Kind; name: string; hint: string }[] = [
  {
    kind: 'bundle',
    name: 'Download Bundle (All-in-one)',
    hint: 'All that a Linux machine needs. Unpack it and start it.',
  },
  {
    kind: 'config',
    name: 'Environment Config Only',
    hint: 'An .env file that moves a server which is installed already to this environment, with its number.',
  },
  { kind: 'server', name: 'Environment Server Only', hint: 'The signed program alone. It carries no identity.' },
]

/** ES-2: makes a file for a new server of this environment and gives it to the browser. */
export function DownloadDialog({ environment, onClose }: { environment: Environment; onClose: () => void }) {
  const [kind, setKind] = useState<Kind>('bundle')
  const [withoutRuntime, setWithoutRuntime] = useState(false)
  const [serverName, setServerName] = useState('')
  const queryClient = useQueryClient()
  const download = useMutation({
    mutationFn: async () => {
      const name = kind === 'bundle' ? serverName.trim() : ''
      const body: CreateDownload = {
        kind,
        ...(kind === 'bundle' && withoutRuntime && { withoutRuntime }),
        ...(name && { serverName: name }),
      }
      const file = await apiFile(paths.environmentDownloads(encodeURIComponent(environment.id)), body)
      saveFile(file.name, file.content)
      return {
        fileName: file.name,
        warning: file.headers.get(downloadHeaders.warning),
        serverXid: file.headers.get(downloadHeaders.serverXid),
        kind,
      }
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: environmentKeys.lists }),
  })
  return (
    <ModalDialog title={`Environment: ${plainText(environment.name)}`} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          download.mutate()
        }}
      >
        <fieldset className={classes['choices']}>
          <legend>What to download</legend>
          {choices.map((each, index) => (
            <label key={each.kind} className={classes['choice']}>
              <input
                type="radio"
                name="download"
                data-focus-first={index === 0 ? true : undefined}
                checked={kind === each.kind}
                onChange={() => setKind(each.kind)}
              />
              <span>
                <span className={classes['choiceName']}>{each.name}</span>
                <span className={classes['hint']}>{each.hint}</span>
              </span>
            </label>
          ))}
        </fieldset>
        {kind === 'bundle' && (
          <Switch
            label="Without the Node runtime"
            description="Smaller, for a machine that has a Node of its own."
            checked={withoutRuntime}
            onChange={(event) => setWithoutRuntime(event.currentTarget.checked)}
          />
        )}
        {kind === 'bundle' && (
          <TextInput
            className={classes['field']}
            label="Name of the new server"
            description="Left empty, the hub numbers it. It may be changed in the server's menu."
            maxLength={64}
            value={serverName}
            onChange={(event) => setServerName(event.currentTarget.value)}
          />
        )}
        {download.isError && (
          <div className={dialog['problem']}>
            <ProblemAlert error={download.error} />
          </div>
        )}
        {download.data && <Made {...download.data} />}
        <div className={dialog['actions']}>
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={download.isPending} leftSection={<Icon name="down" size={14} />}>
            {download.data ? 'Download another' : 'Download'}
          </Button>
        </div>
      </form>
    </ModalDialog>
  )
}

interface MadeFile {
  kind: Kind
  fileName: string
  warning: string | null
  serverXid: string | null
}

function Made({ kind, fileName, warning, serverXid }: MadeFile) {
  return (
    <div className={classes['made']}>
      <Notice tone="good" role="status">
        <p>
          <strong>
            <PlainText text={fileName} />
          </strong>{' '}
          is in your downloads.
          {serverXid !== null && (
            <>
              {' '}
              It enrols once, within 24 hours, as server {plainText(serverXid)}; within the first hour nobody has to
              confirm its fingerprint. Keep it like a password until then.
            </>
          )}
          {kind === 'config' &&
            ' Give it to the server with configure.sh --import; at its next start it moves here. Keep it like a password until then.'}
        </p>
        {warning !== null && (
          <p className={classes['warning']}>
            <Icon name="warning" />
            <PlainText text={warning} />
          </p>
        )}
      </Notice>
    </div>
  )
}
