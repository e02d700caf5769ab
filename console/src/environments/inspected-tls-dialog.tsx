import { Switch } from '@mantine/core'
import { type ChangeEnvironment, Environment } from '@postern/protocol'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { environmentKeys } from '../api/environment-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { FormDialog } from '../elements/form-dialog.tsx'

/** Whether a device on the way to this environment's servers may open TLS (S17). */
export function InspectedTlsDialog({ environment, onClose }: { environment: Environment; onClose: () => void }) {
  const { id } = environment
  const [isAllowed, setAllowed] = useState(environment.allowInspectedTls)
  const save = useWrite({
    write: () => {
      const body: ChangeEnvironment = { allowInspectedTls: isAllowed }
      return api(paths.environment(id), { method: 'PATCH', body, reply: Environment })
    },
    said: 'The environment is changed',
    touches: [environmentKeys.all],
    onDone: onClose,
  })
  return (
    <FormDialog title="TLS inspection" confirm="Save" onClose={onClose} action={save}>
      <Switch
        label="Allow devices that open TLS"
        description="For a site whose network opens all TLS and cannot exempt this hub."
        data-focus-first
        checked={isAllowed}
        onChange={(event) => setAllowed(event.currentTarget.checked)}
      />
      <p>
        Whoever opens it can read what passes: results, indicators, logs, and the tokens that servers and apps call the
        hub with. Secrets of jobs stay sealed to each server’s own key, and nobody can give a server a command or
        pretend to be one.
      </p>
      <p>
        Each server has to allow it as well, on its own machine: <code>allowInspectedTls</code>, and the device’s CA in{' '}
        <code>caFolder</code>. Bundles downloaded from now on bring the first. Switched off, servers that are met there
        are cut within seconds.
      </p>
    </FormDialog>
  )
}

/** Says that devices on the way may open TLS. */
export function InspectionAllowed({ className }: { className: string | undefined }) {
  return (
    <span className={className} title="A device on the way may open TLS to servers of this environment, and read along">
      TLS inspection allowed
    </span>
  )
}
