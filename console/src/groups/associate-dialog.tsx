import { type IndicatorType, rawLengthMax } from '@postern/intel'
import { type AssociateIndicators, AssociatedIndicators, type GroupDetail, groupLimits } from '@postern/protocol'
import { useState } from 'react'
import { TypeField } from '../additions/type-field.tsx'
import { api } from '../api/api.ts'
import { groupKeys } from '../api/group-queries.ts'
import { indicatorKeys } from '../api/indicator-queries.ts'
import { ownerKeys } from '../api/owner-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { FormDialog } from '../elements/form-dialog.tsx'
import { leftEmpty } from '../elements/left-empty.ts'
import { Notice } from '../elements/notice.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { TextField } from '../elements/text-field.tsx'
import { formatCount, formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import classes from './groups.module.css'

const { associatedMax } = groupLimits

/** Reasons that are told at once. */
const reasonsMax = 20

/** Says of indicators, by their values, that they belong to a group; what is refused stands there until somebody has read it. */
export function AssociateDialog({ group, onClose }: { group: GroupDetail; onClose: () => void }) {
  const [text, setText] = useState('')
  const [type, setType] = useState<IndicatorType | ''>('')
  const values = valuesOf(text)
  const associate = useWrite({
    write: () => {
      const body: AssociateIndicators = {
        indicators: values.map((value) => ({ value, ...(type !== '' && { type }) })),
      }
      return api(paths.groupIndicators(group.id), { method: 'POST', body, reply: AssociatedIndicators })
    },
    said: 'The indicators were associated',
    touches: [groupKeys.all, indicatorKeys.all, ownerKeys.all],
    onDone: ({ refused }) => {
      if (refused.length === 0) onClose()
      else setText(refused.map(({ value }) => value).join('\n'))
    },
  })
  const account = associate.data
  return (
    <FormDialog
      title="Associate indicators"
      confirm="Associate them"
      isWide
      mistakes={{
        ...leftEmpty({ indicators: [values.join('\n'), 'Write a value, or several.'] }),
        ...(values.length > associatedMax && {
          indicators: `These are ${formatCount(values.length)} values; ${formatCount(associatedMax)} are sent at a time.`,
        }),
      }}
      refusedTitle="Nothing was associated"
      onClose={onClose}
      action={associate}
    >
      <TextField
        name="indicators"
        label="Values, one a line"
        hint={`What ${plainText(group.ownerName)} says nothing of yet becomes its indicator too.`}
        isRequired
        isFirst
        isCode
        rows={6}
        lengthMax={rawLengthMax * 10}
        value={text}
        onChange={setText}
      />
      <TypeField type={type} onChange={setType} />
      {account !== undefined && account.refused.length > 0 && (
        <Notice role="alert" label="Refused" isStacked>
          <p>
            {account.associated > 0 && `Associated: ${formatCountOf(account.associated, 'indicator')}. `}
            Refused: {formatCountOf(account.refused.length, 'value')}. Mend or leave out what stands above.
          </p>
          <ul className={classes['reasons']}>
            {account.refused.slice(0, reasonsMax).map(({ value, reason }) => (
              <li key={value}>
                <PlainText text={reason} />
              </li>
            ))}
          </ul>
          {account.refused.length > reasonsMax && <p>And {formatCount(account.refused.length - reasonsMax)} more.</p>}
        </Notice>
      )}
    </FormDialog>
  )
}

/** One a line; a line that begins with # is a comment. */
function valuesOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  return [...new Set(lines.filter((line) => line !== '' && !line.startsWith('#')))]
}
