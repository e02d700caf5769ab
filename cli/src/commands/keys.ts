import { HubKeys, keyOverlapDays, paths } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget } from '../hub-api.ts'
import { say } from '../say.ts'

export function keysCommand(): Command {
  const rotate = new Command('rotate')
    .description('make the key that signs commands from now on; the one before signs it, and counts for 30 days more')
    .option('--json', 'as one JSON object')
    .action(async ({ json }: { json?: boolean }) => {
      const target = hubTarget(readCliConfig())
      const keys = await callHub(target, paths.hubKeys, HubKeys, { json: { purpose: 'command' } })
      if (json === true) return say.json(keys)
      say.line(
        `Servers that are connected learn the new key within an hour; ./postern-envsvr reload there does it at once.`,
      )
      for (const line of describe(keys)) say.line(line)
    })
  return (
    new Command('keys')
      // Else its own --json would take that of the commands below it.
      .enablePositionalOptions()
      .description('keys that sign commands to environment servers')
      .option('--json', 'as one JSON object')
      .action(async ({ json }: { json?: boolean }) => {
        const keys = await callHub(hubTarget(readCliConfig()), paths.hubKeys, HubKeys)
        if (json === true) say.json(keys)
        else for (const line of describe(keys)) say.line(line)
      })
      .addCommand(rotate)
  )
}

/** Keys with whole fingerprints, then the servers that somebody has to look at, and what to do there. */
export function describe({ keys, serversWithout, serversWithoutCount }: HubKeys, now = new Date()): string[] {
  const [current, previous] = keys
  const isOverlapping = previous?.endsAt != null && new Date(previous.endsAt) > now
  return [
    ...keys.map(({ fingerprint, endsAt }) => `${fingerprint}  ${endsAt === null ? 'signs' : endOf(endsAt, now)}`),
    ...(serversWithoutCount === 0
      ? []
      : [`${serversWithoutCount} servers do not trust the key that signs now${isOverlapping ? ' yet' : ''}:`]),
    ...serversWithout.map(
      ({ serverXid, name, environmentName, lastHeartbeatAt }) =>
        `  ${serverXid} ${name}, environment ${environmentName}, heard ${lastHeartbeatAt ?? 'never'}`,
    ),
    ...(serversWithoutCount === 0 || current === undefined ? [] : [cureOf(isOverlapping, current.fingerprint)]),
  ]
}

function endOf(endsAt: string, now: Date): string {
  return new Date(endsAt) > now ? `counts until ${endsAt}` : `ended ${endsAt}`
}

function cureOf(isOverlapping: boolean, fingerprint: string): string {
  return isOverlapping
    ? `They are commanded by the key before, and learn this one when they connect within the ${keyOverlapDays} days.`
    : `They take no command any more. On each, after a look at the fingerprint: ./postern-envsvr policy trust ${fingerprint} (releases before protocol 6: a new bundle)`
}
