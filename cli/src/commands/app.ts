import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { EnvironmentPage, exitCodes, type ParameterValue, paths } from '@postern/protocol'
import { Command } from 'commander'
import { readCliConfig } from '../config.ts'
import { type HubTarget, hubTarget } from '../hub-api.ts'
import { allRows } from '../rows-of.ts'
import { ensureJob, runJob } from '../local/jobs.ts'
import { say } from '../say.ts'

export function appCommand(): Command {
  return new Command('app')
    .description('build, install and run apps')
    .addCommand(packageCommand())
    .addCommand(installCommand())
    .addCommand(runCommand())
}

function packageCommand(): Command {
  return new Command('package')
    .description("build an app's folder into one .tcx file; the same input gives the same bytes")
    .argument('<dir>')
    .requiredOption('--out <file>', 'the file to write, ending in .tcx')
    .action(async (dir: string, options: { out: string }) => {
      const { packageApp } = await import('@postern/app-sdk/package')
      const built = await packageApp(resolve(dir))
      writeFileSync(options.out, built.file)
      say.line(`${built.programName}  ${built.file.length} bytes  SHA-256 ${built.sha256}`)
    })
}

function installCommand(): Command {
  return new Command('install')
    .description('install a package into the catalog; who runs this vouches for it')
    .argument('<file>')
    .action(async (file: string) => {
      const bytes = readPackage(file)
      const { installPackage } = await import('../local/built-in-apps.ts')
      const app = await installPackage(hubTarget(readCliConfig()), bytes)
      say.line(`${app.displayName} ${app.current.programVersion} is installed as ${app.programName}`)
    })
}

/** @throws Error that says in one sentence why the file is no package, before anything is sent */
function readPackage(file: string): Buffer {
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined) throw new Error(`There is no file ${file}.`)
  if (stats.isDirectory())
    throw new Error(`${file} is a folder: build it first with postern app package ${file} --out app.tcx.`)
  if (stats.size === 0 && stats.isFile()) throw new Error(`${file} is empty: a package is a .tcx file.`)
  return readFileSync(file)
}

type RunOptions = { param: string[]; owner?: string; environment?: string; control?: string }

function runCommand(): Command {
  return new Command('run')
    .description("package and install an app's folder, run it once on an environment server, and follow its log")
    .argument('<dir>')
    .option('--param <name=value>', 'a parameter; may be repeated', collect, [])
    .option('--owner <name>', 'the owner that the app writes to')
    .option('--control <name>', 'the control that the app fills')
    .option('--environment <name>', 'where it runs; needed where there are several')
    .action(async (dir: string, options: RunOptions) => {
      const target = hubTarget(readCliConfig())
      const { packageApp } = await import('@postern/app-sdk/package')
      const { installPackage } = await import('../local/built-in-apps.ts')
      const built = await packageApp(resolve(dir))
      const app = await installPackage(target, built.file)
      const environment = await findEnvironment(target, options.environment)
      const job = await ensureJob(target, app, environment, {
        name: `${built.programName.slice(0, 50)} by hand`,
        parameters: Object.fromEntries(options.param.map(readParameter)),
        ...(options.owner === undefined ? {} : { owner: options.owner }),
        ...(options.control === undefined ? {} : { control: options.control }),
      })
      const { execution } = await runJob(target, job.id, (lines) => {
        for (const line of lines) say.line(`${line.at}  ${line.level.padEnd(5)}  ${line.text}`)
      })
      say.line(`${execution.state}${execution.message === '' ? '' : `: ${execution.message}`}`)
      process.exitCode =
        execution.state === 'succeeded'
          ? exitCodes.success
          : execution.state === 'partial'
            ? exitCodes.partial
            : exitCodes.failure
    })
}

async function findEnvironment(target: HubTarget, name: string | undefined) {
  const environments = await allRows(target, paths.environments, EnvironmentPage)
  const only = environments.length === 1 ? environments[0] : undefined
  const environment = name === undefined ? only : environments.find((each) => each.name === name)
  if (environment !== undefined) return environment
  throw new Error(
    `${name === undefined ? 'Say where it runs with --environment' : `There is no environment ${name}`}. There are: ${environments.map((each) => each.name).join(', ') || 'none'}`,
  )
}

function readParameter(text: string): [string, ParameterValue] {
  const equals = text.indexOf('=')
  if (equals < 1) throw new Error(`--param ${text} is not of the form name=value.`)
  return [text.slice(0, equals), text.slice(equals + 1)]
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value]
}
