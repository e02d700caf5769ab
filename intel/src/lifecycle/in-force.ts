/** The statuses of an assertion (D24). */
export const lifecycleStatuses = ['Active', 'Review', 'Expired', 'Indirect', 'Whitelisted'] as const
export type LifecycleStatus = (typeof lifecycleStatuses)[number]

/** Statuses whose values are exported, where they are active as well: what is under review, has expired or is whitelisted is not (S1). */
export const statusesInForce: readonly LifecycleStatus[] = ['Active', 'Indirect']

/** Whether an assertion is in force, so that its value may be exported. */
export function isInForce({ active, status }: { readonly active: boolean; readonly status: string }): boolean {
  return active && isStatusInForce(status)
}

/**
 * How an indicator stands by the words of all who assert it: `Active` as soon as one of them is in force; else the statuses that keep
 * it from that, or `Inactive` where its owners took active words back.
 */
export function statusInWords({
  active,
  statuses,
}: {
  readonly active: boolean
  readonly statuses: readonly string[]
}): string {
  if (active) return 'Active'
  const words = new Set(statuses.map((status) => (isStatusInForce(status) ? 'Inactive' : status)))
  return words.size === 0 ? 'Inactive' : [...words].join(', ')
}

function isStatusInForce(status: string): boolean {
  return statusesInForce.some((each) => each === status)
}
