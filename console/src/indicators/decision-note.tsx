import { Button } from '@mantine/core'
import type { IndicatorDetail } from '@postern/protocol'
import { indicatorKeys } from '../api/indicator-queries.ts'
import { useMay } from '../access/rights.ts'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import form from '../elements/form.module.css'
import { Notice } from '../elements/notice.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { decisionWords } from './decision-words.ts'

/** What a person fixed, why and until when: before anything else is read, since it wins over all of it. */
export function DecisionNote({ indicator: { id, decision } }: { indicator: IndicatorDetail }) {
  const mayWrite = useMay('curate')
  const takeBack = useWrite({
    write: () => api(paths.indicatorDecision(id), { method: 'DELETE' }),
    said: 'The decision is taken back',
    touches: [indicatorKeys.all],
  })
  if (decision === null) return null
  return (
    <Notice label="Decision" isStacked>
      <p>
        <strong>
          <PlainText text={decision.decidedBy} /> decided: {decisionWords(decision)}.
        </strong>{' '}
        “<PlainText text={decision.reason} />”
      </p>
      <div className={form['row']}>
        <span className={form['soft']}>
          <Timestamp instant={decision.decidedAt} />
          {decision.until !== null && (
            <>
              {', until '}
              <Timestamp instant={decision.until} />
            </>
          )}
        </span>
        {mayWrite && (
          <Button size="xs" variant="default" loading={takeBack.isPending} onClick={() => takeBack.mutate()}>
            Take the decision back
          </Button>
        )}
      </div>
      {takeBack.isError && <ProblemAlert error={takeBack.error} />}
    </Notice>
  )
}
