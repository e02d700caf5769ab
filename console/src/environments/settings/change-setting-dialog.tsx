import { NativeSelect, TextInput } from '@mantine/core'
import { type ChangeServerSettings, type ReportedSetting, ServerSettings } from '@postern/protocol'
import { useState } from 'react'
import { api } from '../../api/api.ts'
import { serverSettingsPath, serverSettingsQueries } from '../../api/server-settings-queries.ts'
import { useWrite } from '../../api/use-write.ts'
import { FormDialog } from '../../elements/form-dialog.tsx'
import { plainText } from '../../format/text-pieces.ts'
import { misfit, typedValue } from './setting-words.ts'

interface ChangeSettingDialogProps {
  environmentId: string
  serverXid: string
  setting: ReportedSetting
  onClose: () => void
}

/** Asks the server to set it; the server judges the value, and its own policy, again. */
export function ChangeSettingDialog({ environmentId, serverXid, setting, onClose }: ChangeSettingDialogProps) {
  const [text, setText] = useState(setting.isSet && setting.value !== null ? String(setting.value) : '')
  const problem = misfit(setting, text)
  const save = useWrite({
    write: () => {
      const body: ChangeServerSettings = { settings: { [setting.name]: typedValue(setting, text) } }
      return api(serverSettingsPath(environmentId, serverXid), { method: 'PUT', body, reply: ServerSettings })
    },
    said: `The server is asked to set ${plainText(setting.name)}`,
    touches: [serverSettingsQueries.one(environmentId, serverXid).queryKey],
    onDone: onClose,
  })
  const field = {
    label: plainText(setting.name),
    description: plainText(setting.help),
    'data-focus-first': true,
    value: text,
  }
  return (
    <FormDialog
      title="Ask the server to set"
      confirm="Ask for it"
      isReady={problem === undefined}
      onClose={onClose}
      action={save}
    >
      {setting.kind === 'switch' || setting.kind === 'choice' ? (
        <NativeSelect
          {...field}
          onChange={(event) => setText(event.currentTarget.value)}
          data={[{ value: '', label: 'Default' }, ...(setting.choices ?? ['true', 'false'])]}
        />
      ) : (
        <TextInput
          {...field}
          onChange={(event) => setText(event.currentTarget.value)}
          error={problem}
          placeholder="Default"
        />
      )}
    </FormDialog>
  )
}
