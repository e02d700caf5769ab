import * as files from 'node:fs'
import * as tls from 'node:tls'
import { trustCaFolder } from '@postern/intel/certificates'
import type { Log } from '../lib/log.ts'

/** Wherever the hub connects over TLS (mail server, database, broker), CAs of its own count beside the public roots (ES-17). */
export function trustOwnCas(folder: string | undefined, log: Pick<Log, 'info' | 'error'>): void {
  const { trusted, problems } = trustCaFolder(folder, 'POSTERN_CA_FOLDER', { files, tls })
  for (const problem of problems) log.error({}, problem)
  if (trusted > 0) log.info({ trusted }, 'certificates of POSTERN_CA_FOLDER are trusted beside the public roots')
}
