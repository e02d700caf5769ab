import { launch, type ParameterValue, platformParameters, type SealedParameters, tcexPaths } from '@postern/protocol'
import { createCipheriv, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AppUser, shareWithUser } from '../sandbox/app-user.ts'
import type { ExecutionFolders } from '../sandbox/confinement.ts'

/** Writes the parameter file of one attempt into `folder` and returns its key; both are good for this attempt alone. */
export function writeParameterFile(folder: string, parameters: Record<string, ParameterValue>, user?: AppUser): string {
  // 12 random bytes are 16 characters of base64: the key is used as text (launch.ts).
  const key = randomBytes(12).toString('base64')
  const cipher = createCipheriv('aes-128-cbc', Buffer.from(key, 'utf8'), Buffer.alloc(16))
  const content = Buffer.concat([cipher.update(JSON.stringify(parameters), 'utf8'), cipher.final()])
  const file = join(folder, launch.parameterFile)
  writeFileSync(file, content, { mode: 0o600, flag: 'wx' })
  if (user) shareWithUser(file, user, 0o640)
  return key
}

/** The job's parameters and what the platform adds; where both have a name, the platform's word counts. */
export function appParameters(
  { parameters, token, tokenExpires }: SealedParameters,
  platform: { apiUrl: string; folders: ExecutionFolders; executionId: string; attempt: number },
): Record<string, ParameterValue> {
  const { folders } = platform
  return {
    [platformParameters.logLevel]: 'info',
    ...parameters,
    [platformParameters.apiPath]: platform.apiUrl.replace(/\/+$/, '') + tcexPaths.base,
    [platformParameters.token]: token,
    [platformParameters.tokenExpires]: tokenExpires,
    [platformParameters.inPath]: folders.in,
    [platformParameters.outPath]: folders.out,
    [platformParameters.logPath]: folders.log,
    [platformParameters.tempPath]: folders.temp,
    [platformParameters.verify]: true,
    [platformParameters.executionId]: platform.executionId,
    [platformParameters.attempt]: platform.attempt,
  }
}
