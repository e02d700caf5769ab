/** The statuses of an assertion (D24). */
export const lifecycleStatuses = ['Active', 'Review', 'Expired', 'Indirect', 'Whitelisted'] as const
export type LifecycleStatus = (typeof lifecycleStatuses)[number]

/** Statuses whose values are exported, where they are active as well: what is under review, has expired or is whitelisted is not (S1). */
export const statusesInForce: readonly LifecycleStatus[] = ['Active', 'Indirect']

/** Whether an assertion is in force, so that its value may be exported. */
export function isInForce({ active, status }: { readonly active: boolean; readonly status: string }): boolean {
  return active && statusesInForce.some((each) => each === status)
}
