import { type ConfirmEnvironmentServer, EnvironmentServer, paths } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget } from '../hub-api.ts'
import { say } from '../say.ts'
import { findServer } from './find-server.ts'

/** S9: whoever confirms names the key that he compared; the hub refuses where the server's key is another one by then. */
export function confirmServerCommand(): Command {
  return new Command('confirm')
    .description("confirm a server whose key's fingerprint you compared; executions and their secrets then go to it")
    .argument('<server>', 'its number or name')
    .argument(
      '[fingerprint]',
      'as ./postern-envsvr status says it on the server itself; without it, who enrolled is shown',
    )
    .option('--json', 'as one JSON object')
    .action(async (name: string, fingerprint: string | undefined, { json }: { json?: boolean }) => {
      const target = hubTarget(readCliConfig())
      const { environment, server } = await findServer(target, name)
      if (fingerprint === undefined) return say.line(wordsOfEnrolled(server).join('\n'))
      const path = paths.environmentServerConfirmation(environment.id, server.serverXid)
      const sent: ConfirmEnvironmentServer = { keyFingerprint: fingerprint.trim().toLowerCase() }
      const confirmed = await callHub(target, path, EnvironmentServer, { json: sent })
      if (json === true) say.json(confirmed)
      else say.line(`${confirmed.name} is confirmed, with the key ${confirmed.keyFingerprint}.`)
    })
}

/** All by which an impostor could be told from the server that was meant. */
export function wordsOfEnrolled(server: EnvironmentServer): string[] {
  const { serverXid, name, confirmed, keyFingerprint, enrolledFrom, enrolledAt, downloadedBy, downloadedAt } = server
  if (keyFingerprint === null) return [`${name} has not enrolled yet; there is no fingerprint to confirm.`]
  return [
    `Environment server ${serverXid} "${name}": ${confirmed ? 'confirmed' : 'not confirmed'}`,
    `Fingerprint of its key (SHA-256): ${keyFingerprint}`,
    `Enrolled ${enrolledAt ?? ''} from ${enrolledFrom ?? ''}; downloaded ${downloadedAt} by ${downloadedBy}`,
    ...(confirmed
      ? []
      : [
          'Compare the fingerprint with the one that ./postern-envsvr status says on the server. If it is the same:',
          `postern servers confirm ${serverXid} ${keyFingerprint}`,
        ]),
  ]
}
