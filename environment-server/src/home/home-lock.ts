import { DatabaseSync } from 'node:sqlite'
import { StartProblem } from '../log/start-problem.ts'

/** One server a folder (ES-13). */
export function lockHome(path: string): Disposable {
  return lockFile(
    path,
    0,
    'Another environment server is running on this folder. Stop it with shutdown.sh, or give this one a folder of its own.',
  )
}

/**
 * SQLite's exclusive lock is a lock of the operating system on a file: it ends with the process, however that ends, so no stale
 * lock ever needs clearing by hand.
 */
export function lockFile(path: string, waitMs: number, sentence: string): Disposable {
  const database = new DatabaseSync(path, { timeout: waitMs })
  try {
    database.exec('pragma journal_mode = delete; begin exclusive')
  } catch (error) {
    database.close()
    if (!/locked|busy/i.test(String(error))) throw error
    throw new StartProblem(sentence, { cause: error })
  }
  return { [Symbol.dispose]: () => database.close() }
}
