/** By which code PostgreSQL says why a statement failed (its manual, appendix A): those that the hub asks for. */
const sqlStates = {
  /** Something refers to the row still, or what it refers to is gone. */
  foreignKeyViolation: '23503',
  uniqueViolation: '23505',
  /** Another transaction changed meanwhile what this one read. */
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  diskFull: '53100',
  tooManyConnections: '53300',
  /** `lock_timeout` ran out. */
  lockNotAvailable: '55P03',
  /** `statement_timeout` ran out. */
  queryCanceled: '57014',
} as const

/** Classes by which it says that it cannot work now: connection, shutting down or starting, out of resources. */
const awayStates = /^(08...|57P0[1-5]|53[0-4]00)$/

export function failedBy(error: unknown, ...states: readonly (keyof typeof sqlStates)[]): boolean {
  const code = stateOf(error)
  return states.some((state) => sqlStates[state] === code)
}

/** Whether a row was there already whose key the named constraint keeps to one. */
export function brokeUnique(error: unknown, constraint: string): boolean {
  return failedBy(error, 'uniqueViolation') && (error as { constraint?: unknown }).constraint === constraint
}

/** @returns undefined for an error without a code, as the client library has some */
export function saysAway(error: unknown): boolean | undefined {
  const code = stateOf(error)
  return code === undefined ? undefined : awayStates.test(code)
}

function stateOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}
