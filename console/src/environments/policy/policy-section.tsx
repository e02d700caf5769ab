import { Button } from '@mantine/core'
import type { PolicyNarrowingRequest, PolicyNarrowingRequests } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../../access/rights.ts'
import { policyQueries } from '../../api/policy-queries.ts'
import { PlainText } from '../../elements/plain-text.tsx'
import { ProblemAlert } from '../../elements/problem-alert.tsx'
import { Section } from '../../elements/section.tsx'
import { SkeletonRows } from '../../elements/skeleton-rows.tsx'
import { Timestamp } from '../../elements/timestamp.tsx'
import { coarseMs } from '../live-environments.ts'
import classes from '../settings/server-settings.module.css'
import { NarrowPolicyDialog } from './narrow-policy-dialog.tsx'
import { askedWords, policyRows, stateWords } from './policy-words.ts'

interface PolicySectionProps {
  environmentId: string
  serverXid: string
}

/** What a server lets this hub do (D36): its own file and what was narrowed from here, side by side. */
export function PolicySection({ environmentId, serverXid }: PolicySectionProps) {
  const policy = useQuery({ ...policyQueries.one(environmentId, serverXid), refetchInterval: coarseMs })
  const [isNarrowing, setIsNarrowing] = useState(false)
  const mayWrite = useMay('write')
  return (
    <Section
      title="Local policy"
      summary={
        <>
          What it runs has to be allowed by its own policy.json and by all that was narrowed from here. Only a person on
          the server takes a narrowing back: <code>./postern-envsvr policy clear-hub</code>
        </>
      }
      actions={
        mayWrite && (
          <Button variant="default" size="xs" onClick={() => setIsNarrowing(true)}>
            Narrow …
          </Button>
        )
      }
    >
      {policy.isPending && <SkeletonRows label="Loading its policy" rows={6} />}
      {policy.isError && <ProblemAlert what="Its policy" error={policy.error} onRetry={() => void policy.refetch()} />}
      {policy.data && <Lists policy={policy.data} />}
      {policy.data && policy.data.requests.length > 0 && <Requests requests={policy.data.requests} />}
      {isNarrowing && (
        <NarrowPolicyDialog environmentId={environmentId} serverXid={serverXid} onClose={() => setIsNarrowing(false)} />
      )}
    </Section>
  )
}

function Lists({ policy: { local, requests } }: { policy: PolicyNarrowingRequests }) {
  if (local === null) return <p>It has not reported its own policy: releases before protocol 6 do not.</p>
  return (
    <div className={classes['scroll']}>
      <table className={classes['settings']} aria-label="Local policy of this server">
        <thead>
          <tr>
            <th scope="col">List</th>
            <th scope="col">Its own file allows</th>
            <th scope="col">Narrowed from here to</th>
          </tr>
        </thead>
        <tbody>
          {policyRows(local, requests).map(({ list, label, own, narrowed }) => (
            <tr key={list}>
              <th scope="row">{label}</th>
              <td className={classes['value']}>
                <PlainText text={own} />
              </td>
              <td className={classes['value']}>
                {narrowed.length === 0 ? '–' : <PlainText text={narrowed.join('; and to ')} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Who narrowed what, newest first. */
function Requests({ requests }: { requests: readonly PolicyNarrowingRequest[] }) {
  return (
    <div className={classes['scroll']}>
      <table className={classes['settings']} aria-label="What was narrowed from here">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">By</th>
            <th scope="col">What</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {requests.map((request) => (
            <tr key={request.commandId}>
              <td>
                <Timestamp instant={request.requestedAt} />
              </td>
              <td>
                <PlainText text={request.requestedBy} />
              </td>
              <td className={classes['value']}>
                <PlainText text={askedWords(request.narrowing)} />
              </td>
              <td className={classes['value']}>
                <PlainText text={stateWords(request)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
