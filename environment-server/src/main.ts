import { fileURLToPath } from 'node:url'
import { type CommandLine, readCommandLine, usage } from './config.ts'
import { errorText } from './log/server-log.ts'
import { StartProblem } from './log/start-problem.ts'
import { serverVersion } from './version.ts'

/** The operator has to act; anything else that ends the process is a defect. */
const exitStartProblem = 2

/** Each is loaded when it is asked for: the server itself needs none of the others in its memory. */
const commands: Record<string, () => Promise<(line: CommandLine) => Promise<number>>> = {
  run: async () => (await import('./command-line/run.ts')).run,
  status: async () => (await import('./command-line/status.ts')).status,
  unlock: async () => (await import('./command-line/unlock.ts')).unlock,
  reload: async () => (await import('./command-line/reload.ts')).reload,
  doctor: async () => (await import('./command-line/doctor.ts')).doctor,
  policy: async () => (await import('./command-line/policy.ts')).policy,
  'verify-file': async () => (await import('./command-line/verify-file.ts')).verifyFile,
  configure: async () => (await import('./command-line/configure.ts')).configure,
}

try {
  process.exit(await main())
} catch (error) {
  const known = error instanceof StartProblem
  process.stderr.write(known ? `${error.message}\n` : `The environment server failed: ${errorText(error)}\n`)
  if (!known && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`)
  process.exit(known ? exitStartProblem : 1)
}

async function main(): Promise<number> {
  // Nobody else reads what this process makes.
  process.umask(0o077)
  const line = readCommandLine(process.argv.slice(2), process.env, fileURLToPath(import.meta.url))
  if (line.command === 'run' && line.argv.some((word) => word === '--help' || word === '-h')) return say(usage)
  if (line.command === 'run' && line.argv.includes('--version')) return say(`${serverVersion}\n`)
  const command = commands[line.command]
  if (command === undefined) throw new StartProblem(`There is no command "${line.command}". See --help.`)
  return await (
    await command()
  )(line)
}

function say(text: string): number {
  process.stdout.write(text)
  return 0
}
