import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { exitCodes, type ParameterValue } from '@postern/protocol'
import { Command } from 'commander'
import { collect } from '../collect.ts'
import { readCliConfig } from '../config.ts'
import { hubTarget } from '../hub-api.ts'
import { ensureJob, runJob } from '../local/jobs.ts'
import { say } from '../say.ts'
import { findEnvironment } from './find-environment.ts'

export function appCommand(): Command {
  return new Command('app')
    .description('build, install and run apps')
    .addCommand(checkCommand())
    .addCommand(packageCommand())
    .addCommand(installCommand())
    .addCommand(runCommand())
}

function checkCommand(): Command {
  return new Command('check')
    .description("name what an app's folder lacks; ends with 1 where that keeps it from being packaged")
    .argument('<dir>')
    .action(async (dir: string) => {
      const { checkApp } = await import('@postern/app-sdk/package')
      const findings = await checkApp(resolve(dir))
      for (const { level, file, message } of findings) say.line(`${level}: ${file} ${message}`)
      if (findings.length === 0) say.line('nothing is missing')
      if (findings.some(({ level }) => level === 'error')) process.exitCode = exitCodes.failure
    })
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
      const environment = await findEnvironment(target, options.environment, 'Say where it runs with --environment')
      const job = await ensureJob(target, app, environment, {
        name: `${built.programName.slice(0, 50)} by hand`,
        parameters: Object.fromEntries(options.param.map(readParameter)),
        ...(options.owner === undefined ? {} : { owner: options.owner }),
        ...(options.control === undefined ? {} : { control: options.control }),
      })
      const { execution } = await runJob(
        target,
        job.id,
        (lines) => {
          for (const line of lines) say.line(`${line.at}  ${line.level.padEnd(5)}  ${line.text}`)
        },
        (message) => say.error(message),
      )
      // More than one: some failed or were lost, and why.
      for (const { number, exitCode, reason } of execution.attempts.slice(0, -1))
        say.line(`attempt ${number}: ${exitCode === null ? '' : `exit code ${exitCode}, `}${reason ?? 'ended'}`)
      say.line(`${execution.state}${execution.message === '' ? '' : `: ${execution.message}`}`)
      process.exitCode =
        execution.state === 'succeeded'
          ? exitCodes.success
          : execution.state === 'partial'
            ? exitCodes.partial
            : exitCodes.failure
    })
}

function readParameter(text: string): [string, ParameterValue] {
  const equals = text.indexOf('=')
  if (equals < 1) throw new Error(`--param ${text} is not of the form name=value.`)
  return [text.slice(0, equals), text.slice(equals + 1)]
}
