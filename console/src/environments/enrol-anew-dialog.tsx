import type { CreateDownload, EnvironmentServer } from '@postern/protocol'
import { useState } from 'react'
import { PlainText } from '../elements/plain-text.tsx'
import { DownloadForm } from './download-form.tsx'
import { useDownload } from './download.ts'
import { type ChosenRuntime, RuntimeChoice } from './runtime-choice.tsx'

interface EnrolAnewProps {
  environmentId: string
  server: EnvironmentServer
  onClose: () => void
}

/** D37: a bundle that gives the same number a new key. The old identity ends with the download. */
export function EnrolAnewDialog({ environmentId, server, onClose }: EnrolAnewProps) {
  const [runtime, setRuntime] = useState<ChosenRuntime>({})
  const download = useDownload(environmentId)
  const wanted: CreateDownload = {
    kind: 'bundle',
    serverXid: server.serverXid,
    ...runtime,
  }
  return (
    <DownloadForm
      title="Enrol this server anew?"
      wanted={wanted}
      download={download}
      confirm="Download the bundle"
      keep="Leave it as it is"
      isDangerous
      words={() => (
        <p>
          Keep it like a password until it has enrolled. On its machine, stop the server, unzip the bundle over its
          folder and start it.
        </p>
      )}
      onClose={onClose}
    >
      <p>
        The bundle enrols{' '}
        <strong>
          <PlainText text={server.name} />
        </strong>{' '}
        under its number, {server.serverXid}, with a new key. Unpack it over the server’s folder, where it keeps its
        master password, its settings, its local policy and its journal, or into a new one; start it within 24 hours,
        and confirm the new fingerprint here.
      </p>
      <p>With the download its present key, certificate and tokens end. Results that it has not delivered are lost.</p>
      <RuntimeChoice platform={server.platform} chosen={runtime} onChange={setRuntime} />
    </DownloadForm>
  )
}
