/**
 * What another try may cure, in one list. 401 and 403 are in it: a token may be replaced and a revocation taken back, and a result
 * must not be lost meanwhile.
 */
export function isRetryable(status: number): boolean {
  return status === 401 || status === 403 || status === 408 || status === 425 || status === 429 || status >= 500
}
