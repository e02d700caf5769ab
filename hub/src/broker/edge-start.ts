/** The edge is a process of its own and starts beside the hub; so long its absence is nothing to look at. */
const edgeStartMs = 30_000

/**
 * Whether a refused connection to the edge's Unix socket only means that the edge has not started yet: nobody listens there, no
 * connection has succeeded so far, and the hub itself started less than 30 s ago.
 */
export function isEdgeStarting(error: Error, sinceStartMs: number, everConnected: boolean): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException
  if (everConnected || sinceStartMs > edgeStartMs || syscall !== 'connect') return false
  return code === 'ENOENT' || (code === 'ECONNREFUSED' && 'address' in error && !('port' in error))
}
