import { useDebouncedValue } from '@mantine/hooks'
import { quoteTql } from '@postern/intel'
import type { Group } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { groupQueries } from '../api/group-queries.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { notChosen } from '../elements/choices.ts'
import form from '../elements/form.module.css'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { TextField } from '../elements/text-field.tsx'
import { plainText } from '../format/text-pieces.ts'
import { groupTypeLabel } from './group-type-label.ts'

/** Milliseconds of rest after which what was typed is looked for. */
const typingRestMs = 300

interface GroupFieldProps {
  /** Only groups of this owner; of any where it is absent. */
  ownerName?: string
  /** Not offered. */
  exceptId?: string
  /** Id of the chosen one; empty while none is. */
  value: string
  onChange: (groupId: string) => void
}

/** One of the groups that there are, looked for by a part of its name. */
export function GroupField({ ownerName, exceptId, value, onChange }: GroupFieldProps) {
  const [part, setPart] = useState('')
  const [rested] = useDebouncedValue(part.trim(), typingRestMs)
  const found = useQuery(groupQueries.found(queryOf(rested, ownerName)))
  const groups = (found.data ?? []).filter(({ id }) => id !== exceptId)
  return (
    <>
      {found.isError && <ProblemAlert what="The groups" error={found.error} onRetry={() => void found.refetch()} />}
      <div className={form['row']}>
        <TextField
          name="part"
          label="Look for"
          placeholder="A part of its name"
          isFirst
          autoComplete="off"
          lengthMax={200}
          value={part}
          onChange={(text) => {
            setPart(text)
            onChange('')
          }}
        />
        <ChoiceField
          name="group"
          label="Group"
          isRequired
          value={value}
          choices={[
            groups.length === 0 && found.isSuccess ? { value: '', label: 'None found' } : notChosen,
            ...groups.map((group) => ({ value: group.id, label: labelOf(group, ownerName === undefined) })),
          ]}
          onChange={onChange}
        />
      </div>
    </>
  )
}

function queryOf(part: string, ownerName: string | undefined): string | undefined {
  const terms = [
    ...(ownerName === undefined ? [] : [`ownerName = ${quoteTql(ownerName)}`]),
    ...(part === '' ? [] : [`name contains ${quoteTql(part)}`]),
  ]
  return terms.length === 0 ? undefined : terms.join(' and ')
}

function labelOf({ type, name, ownerName }: Group, isOwnerNamed: boolean): string {
  return plainText(`${groupTypeLabel(type)}: ${name}${isOwnerNamed ? ` (${ownerName})` : ''}`)
}
