import { Button, Textarea } from '@mantine/core'
import { ExclusionTest } from '@postern/protocol'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { useAnnounce } from '../elements/announcer.tsx'
import form from '../elements/form.module.css'
import { LongText } from '../elements/long-text.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Section } from '../elements/section.tsx'
import type { BadgeFace } from '../elements/state-badge.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { formatCount, formatCountOf } from '../format/quantities.ts'
import { indicatorTypeLabel } from '../indicators/indicator-faces.ts'
import { Hits } from './hits.tsx'
import { testedValues, testedValuesMax } from './tested-values.ts'

type Tested = ExclusionTest['data'][number] & { number: number }

/** What the enabled lists say of values that somebody pastes; nothing is stored. */
export function ExclusionTester() {
  const [text, setText] = useState('')
  const announce = useAnnounce()
  const values = testedValues(text)
  const test = useMutation({
    mutationFn: () =>
      api(paths.exclusionTest, {
        method: 'POST',
        body: { values: values.map((value) => ({ value })) },
        reply: ExclusionTest,
      }),
    onSuccess: ({ data }) => announce(resultWords(data)),
  })
  return (
    <Section title="Tester" summary="What the lists that are on say of values. Nothing is stored.">
      <form
        className={`${form['card']} ${form['fields']}`}
        onSubmit={(event) => {
          event.preventDefault()
          if (values.length > 0) test.mutate()
        }}
      >
        <Textarea
          label="Values"
          description={`One a line, in any spelling; up to ${formatCount(testedValuesMax)} at once.`}
          className={form['code'] ?? ''}
          rows={4}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <div className={form['actions']}>
          <span className={`${form['stretch']} ${form['soft']}`} aria-live="polite">
            {values.length > 0 && formatCountOf(values.length, 'value')}
          </span>
          <Button type="submit" disabled={values.length === 0} loading={test.isPending}>
            Test the values
          </Button>
        </div>
      </form>
      {test.isError && <ProblemAlert what="The test" error={test.error} onRetry={() => test.mutate()} />}
      {test.data && (
        <>
          <p>{resultWords(test.data.data)}</p>
          <VirtualTable
            label="Tested values"
            columns={columns}
            rows={test.data.data.map((tested, number) => ({ ...tested, number }))}
            rowKey={({ number }) => String(number)}
          />
        </>
      )}
    </Section>
  )
}

function resultWords(data: ExclusionTest['data']): string {
  const hits = data.filter(({ exclusions }) => exclusions.length > 0).length
  return `${formatCount(hits)} of ${formatCountOf(data.length, 'value')} ${hits === 1 ? 'is' : 'are'} hit by a list.`
}

function faceOf({ problem, exclusions }: Tested): BadgeFace {
  if (problem !== null) return { tone: 'doubt', icon: 'question', word: 'No indicator' }
  if (exclusions.some(({ kind }) => kind === 'protected')) return { tone: 'bad', icon: 'barred', word: 'Protected' }
  if (exclusions.some(({ mode }) => mode === 'block')) return { tone: 'bad', icon: 'barred', word: 'Blocked' }
  return exclusions.length > 0
    ? { tone: 'notice', icon: 'unseen', word: 'Informs' }
    : { tone: 'good', icon: 'tick', word: 'No hit' }
}

const columns: readonly Column<Tested>[] = [
  stateColumn(faceOf, '126px', 'Verdict'),
  {
    key: 'value',
    header: 'Value',
    width: 'minmax(150px, 1.4fr)',
    isPlain: true,
    render: ({ value, type }) => (
      <span className={form['lines']}>
        <code>
          <LongText text={value} />
        </code>
        {type !== null && <span className={form['hint']}>{indicatorTypeLabel(type)}</span>}
      </span>
    ),
  },
  {
    key: 'hits',
    header: 'Hits',
    width: 'minmax(220px, 2.6fr)',
    render: ({ problem, exclusions }) =>
      problem === null ? <Hits exclusions={exclusions} /> : <PlainText text={problem} />,
  },
]
