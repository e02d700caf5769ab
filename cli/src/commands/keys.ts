import { HubKeys, paths, revokedWordHours, RotatedPurpose } from '@postern/protocol'
import { Argument, Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget } from '../hub-api.ts'
import { say } from '../say.ts'

type AsJson = { json?: boolean }

export function keysCommand(): Command {
  const rotate = new Command('rotate')
    .description('make the key that signs from now on; the one before signs it, and counts for 30 days more')
    .addArgument(
      new Argument('[purpose]', 'what the key signs: commands, packages (publisher) or server files (release)')
        .choices(RotatedPurpose.options)
        .default('command'),
    )
    .option('--json', 'as one JSON object')
    .action(async (purpose: RotatedPurpose, { json }: AsJson) => {
      const keys = await callHub(hubTarget(readCliConfig()), paths.hubKeys, HubKeys, { json: { purpose } })
      if (json === true) return say.json(keys)
      say.line('Servers that are connected learn the new key within a minute; older releases within an hour.')
      for (const line of describe(keys)) say.line(line)
    })
  const revoke = new Command('revoke')
    .description('end a key now, since others may have it; the one in use is followed by a new one')
    .argument('<fingerprint>', 'of the key, whole, as "postern keys" shows it')
    .option('--yes', 'it is meant; without it, what would happen is said, and nothing is done')
    .option('--json', 'as one JSON object')
    .action(async (fingerprint: string, { yes, json }: AsJson & { yes?: boolean }) => {
      const target = hubTarget(readCliConfig())
      const known = (await callHub(target, paths.hubKeys, HubKeys)).keys
      const key = known.find((each) => each.fingerprint === fingerprint.toLowerCase())
      if (key === undefined)
        throw new Error(`The hub has no key with the fingerprint ${fingerprint}. "postern keys" shows them.`)
      if (yes !== true) throw new Error(whatRevokingDoes(key))
      const keys = await callHub(target, paths.hubKeyRevocation(key.keyId), HubKeys, { method: 'POST' })
      if (json === true) return say.json(keys)
      say.line(
        `The ${key.purpose} key ${fingerprint} is revoked. Servers that are connected hear of it within a minute.`,
      )
      for (const line of describe(keys)) say.line(line)
    })
  return (
    new Command('keys')
      // Else its own --json would take that of the commands below it.
      .enablePositionalOptions()
      .description('keys that sign commands, packages and server files')
      .option('--json', 'as one JSON object')
      .action(async ({ json }: AsJson) => {
        const keys = await callHub(hubTarget(readCliConfig()), paths.hubKeys, HubKeys)
        if (json === true) say.json(keys)
        else for (const line of describe(keys)) say.line(line)
      })
      .addCommand(rotate)
      .addCommand(revoke)
  )
}

function whatRevokingDoes({ purpose, fingerprint, endsAt, revokedAt }: HubKeys['keys'][number]): string {
  const isInUse = endsAt === null && revokedAt === null
  return [
    `Nothing was changed. Revoking the ${purpose} key ${fingerprint} cannot be taken back:`,
    '- From then on it counts for nothing, at the hub and at every server that hears of it.',
    ...(isInUse ? ['- It is the one in use: a new key is made, and signs from then on.'] : []),
    `- ${followingOf[purpose]}`,
    `- Servers that are off for more than ${revokedWordHours} hours after it need somebody to trust the new key on each.`,
    `If that is meant: postern keys revoke ${fingerprint} --yes`,
  ].join('\n')
}

const followingOf: Readonly<Record<RotatedPurpose, string>> = {
  command: 'Commands under way are signed anew.',
  publisher: 'Packages that came in by its signature alone run nowhere until somebody installs them again.',
  release: 'Server files that it signed are to be downloaded anew.',
}

/** Keys with whole fingerprints, then what somebody has to look at, and what to do there. */
export function describe(shown: HubKeys, now = new Date()): string[] {
  const { keys, serversWithout, serversWithoutCount, packagesToSign, packagesToConfirm } = shown
  return [
    ...RotatedPurpose.options.flatMap((purpose) => linesOf(keys, purpose, now)),
    ...(serversWithoutCount === 0 ? [] : [`${serversWithoutCount} servers do not trust all keys that sign now:`]),
    ...serversWithout.map(
      ({ serverXid, name, environmentName, lastHeartbeatAt, lacks }) =>
        `  ${serverXid} ${name}, environment ${environmentName}, heard ${lastHeartbeatAt ?? 'never'}: ${lacks.join(', ')}`,
    ),
    ...(serversWithoutCount === 0 ? [] : curesOf(shown, now)),
    ...(packagesToSign === 0 ? [] : [`${packagesToSign} packages are still to be signed by the new publisher key.`]),
    ...packagesToConfirm.map(
      ({ programName, programVersion, packageSha256 }) =>
        `${programName} ${programVersion} runs nowhere until somebody who trusts it installs it again: postern app install FILE (SHA-256 ${packageSha256})`,
    ),
  ]
}

function linesOf(keys: HubKeys['keys'], purpose: RotatedPurpose, now: Date): string[] {
  const own = keys.filter((key) => key.purpose === purpose)
  // Until there is a release key.
  if (own.length === 0 && purpose === 'release') return ['release    signed by the publisher key']
  return own.map((key) => `${purpose.padEnd(9)}  ${key.fingerprint}  ${stateOf(key, now)}`)
}

function stateOf({ endsAt, revokedAt }: HubKeys['keys'][number], now: Date): string {
  if (revokedAt !== null) return `revoked ${revokedAt}`
  if (endsAt === null) return 'signs'
  return new Date(endsAt) > now ? `counts until ${endsAt}` : `ended ${endsAt}`
}

/** For each purpose that a server lacks: whether it learns by itself, or somebody has to go there. */
function curesOf({ keys, serversWithout }: HubKeys, now: Date): string[] {
  return RotatedPurpose.options
    .filter((purpose) => serversWithout.some(({ lacks }) => lacks.includes(purpose)))
    .map((purpose) =>
      cureOf(
        purpose,
        keys.find((key) => key.purpose === purpose && key.endsAt === null),
        now,
      ),
    )
}

function cureOf(purpose: RotatedPurpose, inUse: HubKeys['keys'][number] | undefined, now: Date): string {
  const { fingerprint, learntUntil } = inUse ?? { fingerprint: '', learntUntil: null }
  if (learntUntil !== null && new Date(learntUntil) > now)
    return `${purpose}: they learn the key in use by themselves if they connect until ${learntUntil}.`
  return `${purpose}: they have missed the key in use; on each, after a look at the fingerprint: ./postern-envsvr policy trust ${fingerprint} (releases that know no such keys: a new bundle)`
}
