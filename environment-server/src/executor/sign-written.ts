import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { join } from 'node:path'
import {
  type AttemptSignature,
  attemptText,
  launch,
  limits,
  type SignedAttempt,
  WrittenDigest,
} from '@postern/protocol'
import * as z from 'zod/mini'
import { fingerprintOf } from '../home/key-fingerprint.ts'
import { readAppFile } from './app-file.ts'

/** `receipt`, a blank, 64 digits and LF. */
const lineBytesMax = 73
const fileBytesMax = limits.writtenDigestsMax * lineBytesMax

export type WrittenSigned = {
  /** Nothing where the app keeps no such file. */
  signature?: AttemptSignature
  /** What of the file is not signed, in words. */
  problem?: string
}

/** Signs what the app named as written (D40). Call it once its last process has ended. */
export function signWritten(
  outFolder: string,
  attempt: Omit<SignedAttempt, 'written'>,
  tlsPrivateKey: string,
): WrittenSigned {
  const file = readAppFile(join(outFolder, launch.writtenFile), 0, fileBytesMax)
  if (file === undefined) return {}
  const { written, isWhole } = writtenIn(file.bytes.toString('utf8'))
  const key = createPrivateKey(tlsPrivateKey)
  const signature = sign('sha256', Buffer.from(attemptText({ ...attempt, written })), key)
  return {
    signature: {
      keyFingerprint: fingerprintOf(createPublicKey(key)),
      written,
      signature: signature.toString('base64'),
    },
    ...(isWhole && file.size <= fileBytesMax ? {} : { problem: unsignedSentence }),
  }
}

const unsignedSentence = `${launch.writtenFile} has lines that are not "plan SHA256" or "receipt SHA256", or more than ${limits.writtenDigestsMax} lines; those are not signed.`

function writtenIn(text: string): { written: WrittenDigest[]; isWhole: boolean } {
  const lines = text.split('\n').filter((line) => line !== '')
  const written = lines.slice(0, limits.writtenDigestsMax).flatMap((line) => {
    const [kind, sha256, ...rest] = line.split(' ')
    const read = z.safeParse(WrittenDigest, { kind, sha256 })
    return read.success && rest.length === 0 ? [read.data] : []
  })
  return { written, isWhole: written.length === lines.length }
}
