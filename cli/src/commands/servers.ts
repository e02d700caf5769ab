import {
  clientCertificate,
  type EnvironmentServer,
  NarrowServerPolicy,
  paths,
  type PolicyNarrowing,
  PolicyNarrowingRequests,
} from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, type HubTarget, hubTarget } from '../hub-api.ts'
import { say } from '../say.ts'
import { confirmServerCommand } from './confirm-server.ts'
import { downloadServerCommand } from './download-server.ts'
import { allServers, findServer } from './find-server.ts'

const lists = ['publishers', 'apps', 'versions', 'targets', 'directions', 'settings'] as const

export function serversCommand(): Command {
  return (
    new Command('servers')
      // Else its own --json would take that of the commands below it.
      .enablePositionalOptions()
      .description('environment servers: how they are, and what their local policy lets this hub do')
      .option('--json', 'one JSON object a line')
      .action(async ({ json }: { json?: boolean }) => {
        for (const { environment, server } of await allServers(hubTarget(readCliConfig()))) {
          if (json === true) say.json({ environment: environment.name, ...server })
          else say.row([server.serverXid, server.name, environment.name, stateOf(server), certificateWords(server)])
        }
      })
      .addCommand(downloadServerCommand())
      .addCommand(confirmServerCommand())
      .addCommand(policyCommand())
      .addCommand(narrowCommand())
  )
}

/** Presence is whether it is heard; a server that is heard may get nothing all the same. */
export function stateOf({
  presence,
  confirmed,
  drainedAt,
  inspectedTls,
}: Pick<EnvironmentServer, 'presence' | 'confirmed' | 'drainedAt' | 'inspectedTls'>): string {
  const waits = presence === 'waiting' || presence === 'revoked'
  return [
    presence,
    ...(confirmed || waits ? [] : ['NOT CONFIRMED, nothing runs there']),
    ...(drainedAt === null || presence === 'revoked' ? [] : [`drained since ${drainedAt}`]),
    ...(inspectedTls === null ? [] : [`TLS is opened by ${inspectedTls}`]),
  ].join(', ')
}

function policyCommand(): Command {
  return new Command('policy')
    .description("a server's own policy, and what was narrowed from here, side by side")
    .argument('<server>', 'its number or name')
    .option('--json', 'as one JSON object')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const target = hubTarget(readCliConfig())
      const policy = await callHub(target, await narrowingsPath(target, name), PolicyNarrowingRequests)
      if (json === true) say.json(policy)
      else for (const line of wordsOfPolicy(policy)) say.line(line)
    })
}

function narrowCommand(): Command {
  const command = new Command('narrow')
    .description("make a server's local policy narrower; only a person on the server takes it back")
    .argument('<server>', 'its number or name')
    .option('--json', 'as one JSON object')
  for (const list of lists) command.option(`--${list} <names...>`, `${list} that stay allowed; "none" for none at all`)
  return command.action(async (name: string, { json, ...named }: Record<string, unknown>) => {
    const target = hubTarget(readCliConfig())
    // Commander gives the variadic options of the loop above.
    const { narrowing } = readNarrowing(named as Record<string, string[]>)
    const path = await narrowingsPath(target, name)
    const policy = await callHub(target, path, PolicyNarrowingRequests, { json: { narrowing } })
    if (json === true) say.json(policy)
    else for (const line of wordsOfPolicy(policy)) say.line(line)
  })
}

/** @throws in words where nothing is named, or something that no list takes */
export function readNarrowing(named: Record<string, string[]>): NarrowServerPolicy {
  const narrowing = Object.fromEntries(
    Object.entries(named).map(([list, names]) => [list, names.join() === 'none' ? [] : names]),
  )
  const read = NarrowServerPolicy.safeParse({ narrowing })
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new Error(`${issue?.path.slice(1).join(' ') ?? ''} ${issue?.message ?? ''}`.trim())
}

export function wordsOfPolicy({ local, reportedAt, requests }: PolicyNarrowingRequests): string[] {
  return [
    ...(local === null
      ? ['The server has not reported its own policy; releases before protocol 6 do not.']
      : [
          `From its own file, as reported ${reportedAt ?? ''}:`,
          ...Object.entries(local.lists).map(([list, { names, count }]) => listLine(list, names, count)),
          `  allowUnconfined: ${local.allowUnconfined}`,
          `  diskMegabytesMax: ${local.diskMegabytesMax}`,
        ]),
    ...requests.flatMap(({ narrowing, requestedBy, requestedAt, state, detail, isInForce }) => [
      `Narrowed by ${requestedBy}, ${requestedAt}: ${stateWords(state, isInForce, detail)}`,
      ...narrowedLists(narrowing).map(([list, names]) => listLine(list, names, names.length)),
    ]),
    ...(requests.length === 0 ? ['Nothing was narrowed from this hub.'] : []),
    'What is narrowed is taken back on the server alone: ./postern-envsvr policy clear-hub',
  ]
}

function narrowedLists(narrowing: PolicyNarrowing): [string, string[]][] {
  return lists.flatMap((list) => (narrowing[list] === undefined ? [] : [[list, narrowing[list]]]))
}

function stateWords(state: string, isInForce: boolean | null, detail: string): string {
  if (state === 'applied') return isInForce === false ? 'taken back on the server' : 'in force'
  return detail === '' ? state : `${state}: ${detail}`
}

function listLine(list: string, names: readonly string[], count: number): string {
  const rest = count > names.length ? ` and ${count - names.length} more` : ''
  return `  ${list}: ${names.join(', ') || 'none'}${rest}`
}

export function certificateWords(
  { certificateExpiresAt, presence }: Pick<EnvironmentServer, 'certificateExpiresAt' | 'presence'>,
  now = new Date(),
): string {
  if (certificateExpiresAt === null || presence === 'revoked') return 'no certificate'
  const days = (Date.parse(certificateExpiresAt) - now.getTime()) / 86_400_000
  const day = certificateExpiresAt.slice(0, 10)
  if (days <= 0) return `CERTIFICATE ENDED ${day}`
  return days <= clientCertificate.warningDays ? `CERTIFICATE ENDS ${day}, not renewed` : `certificate until ${day}`
}

async function narrowingsPath(target: HubTarget, wanted: string): Promise<string> {
  const { environment, server } = await findServer(target, wanted)
  return paths.environmentServerNarrowings(environment.id, server.serverXid)
}
