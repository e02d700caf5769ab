import { useDocumentTitle } from '@mantine/hooks'
import { Settings, type UpdateSettings } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { settingsKeys, settingsQueries } from '../api/settings-queries.ts'
import { useWrite } from '../api/use-write.ts'
import { fieldsOf } from '../elements/fields-of.ts'
import form from '../elements/form.module.css'
import { NoRight } from '../elements/no-right.tsx'
import { Notice } from '../elements/notice.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { TextField } from '../elements/text-field.tsx'
import { changedNames, type PublicNames } from './public-names.ts'
import { SettingsForm } from './settings-form.tsx'
import { SettingsHead } from './settings-head.tsx'

/** Administration → Settings (ES-27): by which names environment servers and browsers find this hub. */
export function SettingsPage() {
  const maySee = useMay('write')
  const settings = useQuery({ ...settingsQueries.settings(), enabled: maySee })
  useDocumentTitle('Settings · Postern')
  return (
    <div className={form['page']}>
      <SettingsHead at="/settings" lead="By which names environment servers and browsers find this hub." />
      {!maySee && <NoRight />}
      {maySee && settings.isPending && <SkeletonRows label="Loading the settings" rows={3} />}
      {settings.isError && (
        <ProblemAlert what="The settings" error={settings.error} onRetry={() => void settings.refetch()} />
      )}
      {settings.data && <Names key={JSON.stringify(settings.data)} settings={settings.data} />}
    </div>
  )
}

function Names({ settings }: { settings: Settings }) {
  const { apiURL, appMessageBrokerHost } = settings
  const [draft, setDraft] = useState<PublicNames>({ apiURL, appMessageBrokerHost })
  const field = fieldsOf(draft, setDraft)
  const mayWrite = useMay('administrate')
  const changes = changedNames(settings, draft)
  const save = useWrite({
    write: (body: UpdateSettings) => api(paths.settings, { method: 'PATCH', body, reply: Settings }),
    said: 'The settings are saved',
    touches: [settingsKeys.all],
  })
  return (
    <SettingsForm changes={changes} save={save} onUndo={() => setDraft({ apiURL, appMessageBrokerHost })}>
      {settings.onlyLocalNames && (
        <Notice isSigned label="Only local names">
          <p>
            This hub only knows itself by a name of its own machine,{' '}
            <strong>
              <PlainText text={apiURL} />
            </strong>
            . An environment server on another machine will not find it: give the names that the others use, before you
            download a bundle.
          </p>
        </Notice>
      )}
      <TextField
        {...field('apiURL')}
        label="apiURL"
        hint="Where environment servers and browsers reach the hub's API, such as https://hub.example.org:8443."
        isCode
        isRequired
        isReadOnly={!mayWrite}
      />
      <TextField
        {...field('appMessageBrokerHost')}
        label="appMessageBrokerHost"
        hint="Where environment servers reach the hub's broker, host and port, such as hub.example.org:62000."
        isCode
        isRequired
        isReadOnly={!mayWrite}
      />
      <p className={form['hint']}>
        Both are written into every bundle and .env file from now on; servers that are installed keep theirs until their
        own settings are changed. The hub&apos;s certificate carries new names within seconds, beside those that they
        replace. Until somebody saves them here, they come from POSTERN_PUBLIC_URL and POSTERN_BROKER_PUBLIC_HOST.
      </p>
    </SettingsForm>
  )
}
