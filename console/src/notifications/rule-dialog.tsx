import {
  type CreateNotificationRule,
  type NotificationKind,
  notificationKinds,
  NotificationRule,
} from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { changedFields } from '../api/changed-fields.ts'
import { environmentQueries } from '../api/environment-queries.ts'
import { jobQueries } from '../api/job-queries.ts'
import { notificationKeys } from '../api/notification-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { Checks } from '../elements/check.tsx'
import { ChoiceField } from '../elements/choice-field.tsx'
import { type Choice, idChoices } from '../elements/choices.ts'
import { FormDialog } from '../elements/form-dialog.tsx'
import { leftEmpty } from '../elements/left-empty.ts'
import { TextField } from '../elements/text-field.tsx'
import { notificationFaces } from './notification-faces.ts'
import { addressesOf } from './recipient-lines.ts'

const kindChoices = notificationKinds.map((value) => ({ value, label: notificationFaces[value].word }))

/** A new rule, or a change of what one tells and whom; what it watches stays. */
export function RuleDialog({ rule, onClose }: { rule: NotificationRule | undefined; onClose: () => void }) {
  const [watched, setWatched] = useState('')
  const [kinds, setKinds] = useState<string[]>(rule?.kinds ?? ['failed', 'missed', 'server-offline'])
  const [lines, setLines] = useState(rule?.recipients.join('\n') ?? '')
  const recipients = addressesOf(lines)
  const said = { kinds: kinds.filter(isKind), recipients }
  const save = useWrite({
    write: () =>
      rule
        ? api(paths.notificationRule(rule.id), {
            method: 'PATCH',
            body: changedFields<typeof said>(rule, said),
            reply: NotificationRule,
          })
        : api(paths.notificationRules, {
            method: 'POST',
            body: { ...said, ...subjectOf(watched) },
            reply: NotificationRule,
          }),
    said: 'The rule is saved',
    touches: [notificationKeys.rules],
    onDone: onClose,
  })
  return (
    <FormDialog
      title={rule ? 'Change the rule' : 'New rule'}
      confirm="Save the rule"
      mistakes={leftEmpty({
        kinds: [kinds.join(''), 'Tick what it tells of.'],
        recipients: [recipients.join(''), 'Write whom it tells.'],
      })}
      onClose={onClose}
      action={save}
    >
      {!rule && <Watched value={watched} onChange={setWatched} />}
      <Checks name="kinds" legend="Tells of" choices={kindChoices} chosen={kinds} onChange={setKinds} />
      <TextField
        name="recipients"
        label="Whom"
        hint="Mail addresses, one a line."
        isCode
        rows={3}
        isRequired
        isFirst
        value={lines}
        onChange={setLines}
      />
    </FormDialog>
  )
}

function Watched({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const environments = useQuery(environmentQueries.choices()).data ?? []
  const jobs = useQuery(jobQueries.choices()).data ?? []
  return (
    <ChoiceField
      name="watched"
      label="Of"
      hint="A job, all jobs and servers of an environment, or everything of your organization."
      value={value}
      choices={[
        { value: '', label: 'The whole organization' },
        { group: 'Environments', items: ofKind('environment', environments) },
        { group: 'Jobs', items: ofKind('job', jobs) },
      ]}
      onChange={onChange}
    />
  )
}

/** What `subjectOf` reads: an id says nothing of what it is the id of. */
function ofKind(kind: 'environment' | 'job', things: readonly { id: string; name: string }[]): Choice[] {
  return idChoices(things).map(({ value, label }) => ({ value: `${kind} ${value}`, label }))
}

function subjectOf(watched: string): Pick<CreateNotificationRule, 'jobId' | 'environmentId'> {
  const [what, id] = watched.split(' ')
  if (id === undefined) return {}
  return what === 'job' ? { jobId: id } : { environmentId: id }
}

function isKind(kind: string): kind is NotificationKind {
  return notificationKinds.some((each) => each === kind)
}
