import type { ExecuteCommand, PolicyNarrowing } from '@postern/protocol'
import { covers } from '../egress/allow-list.ts'

/** What a policy asks of a command. */
export type JudgedCommand = Pick<ExecuteCommand, 'egress'> & {
  app: Pick<ExecuteCommand['app'], 'programName' | 'packageSha256' | 'kind'> & { packageSignature: { keyId: string } }
}

/**
 * Why these lists forbid this command, as a sentence for the person who started the job; nothing if they allow it.
 * @param whose begins the sentence: whose lists they are
 */
export function forbiddenBy(
  { publishers, apps, versions, targets, directions }: PolicyNarrowing,
  { app, egress }: JudgedCommand,
  whose: string,
): string | undefined {
  const publisher = app.packageSignature.keyId
  if (publishers && !publishers.includes(publisher))
    return `${whose} does not allow packages of publisher ${publisher}.`
  if (apps && !apps.some((entry) => namesApp(entry, app))) {
    const isNamed = apps.some((entry) => entry.startsWith(`${app.programName}@`))
    return `${whose} does not allow the app ${app.programName}${isNamed ? ' in this version' : ''}: its list "apps" does not name it.`
  }
  if (versions && !versions.includes(app.packageSha256)) {
    return `${whose} does not allow this version of ${app.programName} (SHA-256 ${app.packageSha256}).`
  }
  if (directions && !directions.includes(app.kind)) return `${whose} does not allow apps of the kind ${app.kind}.`
  const target = targets && egress.find((host) => !targets.some((entry) => covers(entry, host)))
  return target === undefined ? undefined : `${whose} does not list the host ${target} as a target.`
}

function namesApp(entry: string, app: { programName: string; packageSha256: string }): boolean {
  return entry === app.programName || entry === `${app.programName}@${app.packageSha256}`
}
