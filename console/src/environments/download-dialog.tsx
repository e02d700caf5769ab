import { TextInput } from '@mantine/core'
import type { CreateDownload, Environment } from '@postern/protocol'
import { useState } from 'react'
import { plainText } from '../format/text-pieces.ts'
import { DownloadForm } from './download-form.tsx'
import { type Downloaded, useDownload } from './download.ts'
import classes from './environments.module.css'
import { type ChosenRuntime, RuntimeChoice } from './runtime-choice.tsx'

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
  const [runtime, setRuntime] = useState<ChosenRuntime>({})
  const [serverName, setServerName] = useState('')
  const download = useDownload(environment.id)
  const name = serverName.trim()
  const ofBundle = { ...runtime, ...(name !== '' && { serverName: name }) }
  return (
    <DownloadForm
      title={`Environment: ${plainText(environment.name)}`}
      wanted={{ kind, ...(kind === 'bundle' && ofBundle) }}
      download={download}
      confirm="Download"
      keep="Close"
      again="Download another …"
      words={wordsOf}
      onClose={onClose}
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
        <>
          <RuntimeChoice chosen={runtime} onChange={setRuntime} />
          <TextInput
            label="Name of the new server"
            description="Left empty, the hub numbers it. It may be changed later."
            maxLength={64}
            value={serverName}
            onChange={(event) => setServerName(event.currentTarget.value)}
          />
        </>
      )}
    </DownloadForm>
  )
}

/** What to do with the file, for whoever has no README yet. */
function wordsOf({ kind, serverXid }: Downloaded): React.ReactNode {
  if (kind === 'config')
    return (
      <p>
        Give it to the server with <code>configure.sh --import</code>; at its next start it moves here. Keep it like a
        password until then.
      </p>
    )
  if (kind === 'server')
    return (
      <p>
        Unzip it over the folder of a server, as the user that owns it, and start that server again: it is upgraded, and
        goes back by itself where the new file is no good.
      </p>
    )
  return (
    <>
      <p>
        It enrols once, within 24 hours, as server {plainText(serverXid ?? '')}; within the first hour nobody has to
        confirm its fingerprint. Keep it like a password until then.
      </p>
      <p>On its machine, as an ordinary user; the second line where there is a proxy, or apps in Python or Java:</p>
      <pre className={classes['commands']}>{commands}</pre>
      <p>Its README.txt has the rest.</p>
    </>
  )
}

const commands = `unzip postern-envsvr-bundle.zip
postern-envsvr/configure.sh
postern-envsvr/run.sh`
