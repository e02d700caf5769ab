import type { LiveChange } from '@postern/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { executionKeys } from '../api/hub-queries.ts'
import { useLiveChanges } from '../api/live.ts'
import { useSpaced } from '../api/use-spaced.ts'
import type { LogReader } from './log/log-reader.ts'

/** Least time between two refreshes of the same page, in milliseconds. */
const refreshGapMs = 700

type Part = LiveChange['part']
const everyPart: readonly Part[] = ['state', 'log', 'ledger', 'plan', 'receipt']

/** Keeps everything that an execution's page shows as fresh as the hub tells. The log reads on; the rest is read anew. */
export function useLiveExecution(executionId: string, logReader: LogReader): void {
  const queryClient = useQueryClient()
  const changedParts = useRef(new Set<Part>())

  const refreshSoon = useSpaced(() => {
    const parts = new Set(changedParts.current)
    changedParts.current.clear()
    for (const queryKey of staleKeys(executionId, parts))
      void queryClient.invalidateQueries({ queryKey, exact: queryKey.length === 2 })
  }, refreshGapMs)

  useLiveChanges({ subscribe: 'execution', id: executionId }, (change) => {
    const parts = change ? [change.part] : everyPart
    // A change of state ends the log too: its last lines may have come with it.
    if (parts.includes('log') || parts.includes('state')) logReader.readOnIfStarted()
    for (const part of parts) if (part !== 'log') changedParts.current.add(part)
    if (changedParts.current.size > 0) refreshSoon()
  })
}

/**
 * Which queries a change makes stale. Ledger items are left alone: they are long, and their section reads them anew by itself
 * when the counts say so. A key of two words is meant exactly, without the lists below it.
 */
function staleKeys(executionId: string, parts: ReadonlySet<Part>): (readonly string[])[] {
  const keys: (readonly string[])[] = []
  // Plans and receipts come into being while it runs, and the execution names them.
  if (parts.has('state') || parts.has('plan') || parts.has('receipt')) keys.push(executionKeys.one(executionId))
  if (parts.has('state') || parts.has('ledger')) keys.push(executionKeys.ledger(executionId))
  if (parts.has('state') || parts.has('plan')) keys.push(executionKeys.plans)
  if (parts.has('state') || parts.has('receipt')) keys.push(executionKeys.receipts)
  return keys
}
