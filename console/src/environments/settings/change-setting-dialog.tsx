import { type ChangeServerSettings, type ReportedSetting, ServerSettings } from '@postern/protocol'
import { useState } from 'react'
import { api } from '../../api/api.ts'
import { paths } from '../../api/paths.ts'
import { serverSettingsQueries } from '../../api/server-settings-queries.ts'
import { useWrite } from '../../api/use-write.ts'
import { ChoiceField } from '../../elements/choice-field.tsx'
import { plainChoices } from '../../elements/choices.ts'
import { FormDialog } from '../../elements/form-dialog.tsx'
import { TextField } from '../../elements/text-field.tsx'
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
      return api(paths.environmentServerSettings(environmentId, serverXid), {
        method: 'PUT',
        body,
        reply: ServerSettings,
      })
    },
    said: `The server is asked to set ${plainText(setting.name)}`,
    touches: [serverSettingsQueries.one(environmentId, serverXid).queryKey],
    onDone: onClose,
  })
  const field = {
    name: `settings.${setting.name}`,
    label: plainText(setting.name),
    hint: plainText(setting.help),
    isFirst: true,
    value: text,
    onChange: setText,
  }
  return (
    <FormDialog
      title="Ask the server to set"
      confirm="Ask for it"
      {...(problem !== undefined && { mistakes: { [field.name]: problem } })}
      onClose={onClose}
      action={save}
    >
      {setting.kind === 'switch' || setting.kind === 'choice' ? (
        <ChoiceField
          {...field}
          choices={[{ value: '', label: 'Default' }, ...plainChoices(setting.choices ?? ['true', 'false'])]}
        />
      ) : (
        <TextField {...field} placeholder="Default" />
      )}
    </FormDialog>
  )
}
