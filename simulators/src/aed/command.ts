import { parseArgs } from 'node:util'
import type { ParseArgsOptionsConfig } from 'node:util'

import { FaultRule, faultMeanings } from '../faults/fault-rule.ts'
import { readFaultRule } from '../faults/read-fault-rule.ts'
import { AedDialect } from './dialect.ts'
import { aedDialects } from './dialects.ts'
import type { AedSimulatorOptions } from './options.ts'
import { startAed } from './simulator.ts'

/** Flags of `postern simulate aed` and of this package's own entry; descriptions are for the help of either. */
export const aedFlags = {
  port: { type: 'string', description: 'Port on 127.0.0.1 (default: that of the last run, else any)' },
  state: { type: 'string', description: 'Folder that keeps everything (required)' },
  collection: { type: 'string', multiple: true, description: 'Title of a collection to have; may be repeated' },
  dialect: { type: 'string', multiple: true, description: 'Name of a dialect or key=value; may be repeated' },
  fault: {
    type: 'string',
    multiple: true,
    description: 'KIND=FAULT, KIND=FAULT:TIMES or KIND=FAULT:rate=0.1,seed=7; may be repeated',
  },
  help: { type: 'boolean', short: 'h', description: 'Show this' },
} as const satisfies Record<string, ParseArgsOptionsConfig[string] & { description: string }>

/** What a command line needs to know to offer `simulate aed`. */
export const aedCommand = {
  name: 'aed',
  summary: 'a rehearsal NETSCOUT AED',
  flags: aedFlags,
  help: helpText,
  readOptions,
  run: runAed,
}

/** @throws Error saying which flag is wrong. `help` when only help was asked for. */
export function readOptions(args: readonly string[]): AedSimulatorOptions | 'help' {
  const { values } = parseArgs({ args: [...args], options: aedFlags, strict: true, allowPositionals: false })
  if (values.help === true) return 'help'
  if (values.state === undefined)
    throw new Error('--state DIR is needed: the folder in which the appliance keeps everything')
  return {
    stateDir: values.state,
    ...(values.port === undefined ? {} : { port: readPort(values.port) }),
    ...(values.collection === undefined ? {} : { collections: values.collection }),
    dialects: values.dialect ?? [],
    faults: (values.fault ?? []).map(readFaultRule),
  }
}

/** Runs until the signal; `print` gets what a person should read, which holds no secret. */
export async function runAed(args: readonly string[], print: (line: string) => void, stop: AbortSignal): Promise<void> {
  const options = readOptions(args)
  if (options === 'help') {
    print(helpText())
    return
  }
  await using aed = await startAed(options)
  print(`AED rehearsal appliance at ${aed.identity.url}`)
  print(`certificate SHA-256 ${aed.identity.fingerprintSha256}`)
  print(`API token and STIX client: aed.json in ${options.stateDir}`)
  print('ready')
  await aborted(stop)
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Error(`--port ${text} is not a number from 0 to 65535`)
  return Number(text)
}

function helpText(): string {
  const flags = Object.entries(aedFlags).map(([name, flag]) => `  --${name.padEnd(12)} ${flag.description}`)
  const settings = Object.entries(AedDialect.shape).map(
    ([name, schema]) => `  ${name.padEnd(22)} ${schema.description ?? ''}`,
  )
  const faults = Object.entries(faultMeanings).map(([name, meaning]) => `  ${name.padEnd(24)} ${meaning}`)
  const settingsOfFaults = Object.entries(FaultRule.shape)
    .filter(([name]) => name !== 'fault')
    .map(([name, schema]) => `  ${name.padEnd(24)} ${schema.description ?? ''}`)
  return [
    'Runs a rehearsal NETSCOUT AED on 127.0.0.1 until it is stopped.',
    '',
    ...flags,
    '',
    `Dialects: ${Object.keys(aedDialects).join(', ')}`,
    'Settings of a dialect:',
    ...settings,
    '',
    'Faults, each for a kind of request, or * for all (a kind there is not is answered with those there are):',
    ...faults,
    'Settings of a fault; KIND comes first, the others behind a colon:',
    ...settingsOfFaults,
  ].join('\n')
}
