import { Button, TextInput } from '@mantine/core'
import { type CreateDownload, downloadHeaders, type Environment, paths } from '@postern/protocol'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { apiFile } from '../api/api.ts'
import { saveFile } from '../api/save-file.ts'
import { Icon } from '../elements/icon.tsx'
import { ModalDialog } from '../elements/modal-dialog.tsx'
import dialog from '../elements/modal-dialog.module.css'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { plainText } from '../format/text-pieces.ts'
import classes from './environments.module.css'

type Choice = 'bundle' | 'bundle-without-runtime' | 'config' | 'server'

const choices: readonly { choice: Choice; name: string; hint: string }[] = [
  {
    choice: 'bundle',
    name: 'Bundle',
    hint: 'All that a Linux machine needs: server, Node runtime, configuration. Unpack it and start it.',
  },
  {
    choice: 'bundle-without-runtime',
    name: 'Bundle without the runtime',
    hint: 'Smaller, for a machine that has a Node of its own.',
  },
  { choice: 'config', name: 'Configuration', hint: 'An .env file alone, for a server that is installed already.' },
  { choice: 'server', name: 'Server file', hint: 'The signed program alone. It carries no identity.' },
]

const requestOf: Record<Choice, CreateDownload> = {
  bundle: { kind: 'bundle' },
  'bundle-without-runtime': { kind: 'bundle', withoutRuntime: true },
  config: { kind: 'config' },
  server: { kind: 'server' },
}

/** ES-2: makes a file for a new server of this environment and gives it to the browser. */
export function DownloadDialog({ environment, onClose }: { environment: Environment; onClose: () => void }) {
  const [choice, setChoice] = useState<Choice>('bundle')
  const [serverName, setServerName] = useState('')
  const queryClient = useQueryClient()
  const download = useMutation({
    mutationFn: async () => {
      const name = choice === 'server' ? '' : serverName.trim()
      const body: CreateDownload = { ...requestOf[choice], ...(name && { serverName: name }) }
      const file = await apiFile(paths.environmentDownloads(encodeURIComponent(environment.id)), body)
      saveFile(file.name, file.content)
      return {
        fileName: file.name,
        warning: file.headers.get(downloadHeaders.warning),
        serverXid: file.headers.get(downloadHeaders.serverXid),
      }
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['environments'] }),
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
            <label key={each.choice} className={classes['choice']}>
              <input
                type="radio"
                name="download"
                data-focus-first={index === 0 ? true : undefined}
                checked={choice === each.choice}
                onChange={() => setChoice(each.choice)}
              />
              <span>
                <span className={classes['choiceName']}>{each.name}</span>
                <span className={classes['hint']}>{each.hint}</span>
              </span>
            </label>
          ))}
        </fieldset>
        {choice !== 'server' && (
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
  fileName: string
  warning: string | null
  serverXid: string | null
}

function Made({ fileName, warning, serverXid }: MadeFile) {
  return (
    <div role="status" className={classes['made']}>
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
      </p>
      {warning !== null && (
        <p className={classes['warning']}>
          <Icon name="warning" />
          <PlainText text={warning} />
        </p>
      )}
    </div>
  )
}
