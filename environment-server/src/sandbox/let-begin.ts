import type { ChildProcess } from 'node:child_process'
import type { Duplex } from 'node:stream'

/**
 * Answers the question with which a scaffold waits before it starts its app: the process is journaled by now, so that the next start of
 * the server knows of it (D10). To be called before anything is read of what it reports. A scaffold that has ended takes no answer; its
 * exit says why.
 */
export function letBegin({ stdio }: ChildProcess): void {
  // A pipe of one's own that is no standard stream is read and written; the types cannot tell.
  const report = stdio[3] as Duplex
  report.on('error', () => undefined)
  report.once('data', () => report.write('\n'))
}
