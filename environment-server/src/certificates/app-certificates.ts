import { certificatesIn } from '@postern/intel/certificates'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../home/atomic-file.ts'
import { javaTrustStore } from './java-trust-store.ts'
import { publicRoots } from './public-roots.ts'

/** Files that apps verify certificates with; an isolated app sees their folder, read-only. */
export const certificateFiles = {
  /** Beside the roots that Node has by itself: the hub's CA and those of `caFolder`. */
  extra: 'extra-ca.pem',
  /** In place of a language's own roots: the public ones, the hub's CA and those of `caFolder`. */
  bundle: 'ca-bundle.pem',
  /** The same for Java. */
  trustStore: 'truststore.p12',
} as const

/** Says of what the files were made, so that a start makes them only when that has changed. */
const madeOfFile = 'made-of'

/** Writes the files into the home folder, where they are not there as they should be. `forLanguages`: whether Python or Java are set. */
export function writeAppCertificates(
  folder: string,
  { hubCa, own, forLanguages }: { hubCa: string; own: readonly string[]; forLanguages: boolean },
): void {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
  const write = (name: string, content: string | Buffer) => writeAtomically(join(folder, name), content, 0o644)
  const extra = [hubCa, ...own].map(closed)
  write(certificateFiles.extra, extra.join(''))
  if (!forLanguages) return
  const certificates = [...new Set([...publicRoots().map(closed), ...extra])]
  const madeOf = createHash('sha256')
    .update(`1 ${certificates.join('')}`)
    .digest('hex')
  if (readOrNothing(join(folder, madeOfFile)) === madeOf) return
  write(certificateFiles.bundle, certificates.join(''))
  write(certificateFiles.trustStore, javaTrustStore(certificates))
  write(madeOfFile, madeOf)
}

/** What apps of every language trust, PEM. */
export function trustedByApps(folder: string): string[] {
  const extra = certificatesIn(readOrNothing(join(folder, certificateFiles.extra)) ?? '').map(String)
  return [...publicRoots(), ...extra]
}

function closed(pem: string): string {
  return `${pem.trimEnd()}\n`
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
