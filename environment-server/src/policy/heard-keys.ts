import { KeyRevocation, KeySuccession, RotatedPurpose } from '@postern/protocol'
import { existsSync } from 'node:fs'
import * as z from 'zod/mini'
import { writeAtomically } from '../home/atomic-file.ts'
import type { HomeFolder } from '../home/home-folder.ts'
import { parseFile } from '../home/parse-file.ts'
import { readJson } from '../home/settings.ts'
import { policyLimits } from './policy-limits.ts'

/** Those of every purpose that lead on, and some that do no more: learnKeys bounds both, well below this. */
const learnedInFileMax = policyLimits.learnedKeysMax * (RotatedPurpose.options.length + 1)

/** `keystore/learned-keys.json`: what this server heard of the hub's keys that follow each other (D7). It alone writes it. */
const LearnedKeys = z.object({
  /** Heard in time, in their order. */
  learned: z.array(KeySuccession).check(z.maxLength(learnedInFileMax)),
  /** Heard when the key that says it counted no more, or was never trusted here: only a person can trust these. */
  missed: z.array(KeySuccession).check(z.maxLength(policyLimits.missedKeysMax)),
})

/**
 * `keystore/revoked-keys.json`: keys that said of themselves that others may have them. A file of its own, which an older release that is
 * put back leaves as it is.
 */
const RevokedKeys = z.object({ revoked: z.array(KeyRevocation).check(z.maxLength(policyLimits.revokedKeysMax)) })

export type HeardKeys = z.infer<typeof LearnedKeys> & z.infer<typeof RevokedKeys>

type Home = Pick<HomeFolder, 'learnedKeysFile' | 'revokedKeysFile'>

export function heardKeys({ learnedKeysFile, revokedKeysFile }: Home): HeardKeys {
  const { learned, missed } = existsSync(learnedKeysFile)
    ? parseFile(LearnedKeys, readJson(learnedKeysFile), learnedKeysFile)
    : { learned: [], missed: [] }
  const { revoked } = existsSync(revokedKeysFile)
    ? parseFile(RevokedKeys, readJson(revokedKeysFile), revokedKeysFile)
    : { revoked: [] }
  return { learned, missed, revoked }
}

/** What is revoked first: a crash between the two files must not leave a key trusted that is known to be in other hands. */
export function keepHeardKeys({ learnedKeysFile, revokedKeysFile }: Home, heard: HeardKeys): void {
  const { learned, missed, revoked } = heard
  writeAtomically(revokedKeysFile, `${JSON.stringify({ revoked }, null, 2)}\n`)
  writeAtomically(learnedKeysFile, `${JSON.stringify({ learned, missed }, null, 2)}\n`)
}
