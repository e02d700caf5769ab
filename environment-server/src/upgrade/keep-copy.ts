import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeAtomically } from '../home/atomic-file.ts'
import type { HomeFolder } from '../home/home-folder.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { keysInForceAt } from '../policy/keys-in-force.ts'
import { readServerFile, serverFileProblem, sha256Of, signatureFileOf } from './server-file.ts'

export type KeepParts = {
  home: HomeFolder
  /** The file that this process was started from. */
  serverFile: string
  log: ServerLog
}

/** Remembers the file as it is now, since it may be replaced while the server runs. @returns how it is kept once it has proved itself */
export function fileToKeep({ home, serverFile, log }: KeepParts): () => void {
  // From the sources, or the kept copy itself: there is nothing to keep.
  if (serverFile === home.keptFile || !existsSync(signatureFileOf(serverFile))) return () => undefined
  const started = sha256Of(readFileSync(serverFile))
  return () => {
    try {
      const file = readServerFile(serverFile)
      // Replaced meanwhile: the next start tries that one, against the copy that is kept already.
      if (sha256Of(file.bytes) !== started || isKept(home, started)) return
      const problem = serverFileProblem(file, keysInForceAt(home, 'release'))
      if (problem !== undefined) return log('warn', `No copy of the server file is kept: ${problem}`)
      rmSync(home.setAsideFile, { force: true })
      mkdirSync(dirname(home.keptFile), { recursive: true, mode: 0o700 })
      writeAtomically(signatureFileOf(home.keptFile), file.signature ?? '')
      writeAtomically(home.keptFile, file.bytes)
      log('info', 'A copy of this server file is kept, to go back to if a newer one does not work.')
    } catch (error) {
      log('warn', `No copy of the server file could be kept: ${errorText(error)}`)
    }
  }
}

function isKept({ keptFile }: HomeFolder, sha256: string): boolean {
  return existsSync(keptFile) && sha256Of(readFileSync(keptFile)) === sha256
}
