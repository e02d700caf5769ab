import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch, platformParameters } from '@postern/protocol'
import { programMain } from '../define/manifest.ts'
import { sealParameters } from '../launch/parameter-file.ts'

export interface LaunchOptions {
  /** The folder of an installed app. */
  readonly appFolder: string
  /** The hub's base URL; `/api` is put behind it. */
  readonly hubUrl: string
  readonly token?: string
  readonly executionId?: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Environment variables beside those of the launch; nothing of the own environment is passed on. */
  readonly environment?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  /** Called with the process's id as soon as it runs, for tests that end it. */
  readonly onStart?: (pid: number) => void
}

export interface FinishedApp {
  readonly exitCode: number | null
  /** Content of `message.tc`, without its line end. */
  readonly message: string | undefined
  /** Content of `results.tc` by name. */
  readonly results: Readonly<Record<string, string>>
  readonly log: readonly { readonly level: string; readonly text: string }[]
  readonly stdout: string
  readonly stderr: string
  /** Whether the app deleted its parameter file, as the contract has it. */
  readonly parameterFileIsGone: boolean
}

/** Starts an app the way an environment server does, as a process of its own, and waits for its end. */
export async function launchApp(options: LaunchOptions): Promise<FinishedApp> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-execution-'))
  try {
    const parameterFile = await prepare(folder, options)
    const { exitCode, stdout, stderr } = await runProcess(options, parameterFile)
    return {
      exitCode,
      stdout,
      stderr,
      message: (await readIfThere(join(folder, launch.folders.out, launch.messageFile)))?.trimEnd(),
      results: readResults((await readIfThere(join(folder, launch.folders.out, launch.resultsFile))) ?? ''),
      log: readLog(stdout),
      parameterFileIsGone: !existsSync(parameterFile.path),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface ParameterFile {
  readonly path: string
  readonly key: string
}

async function prepare(folder: string, options: LaunchOptions): Promise<ParameterFile> {
  const path = (name: keyof typeof launch.folders) => join(folder, launch.folders[name])
  for (const name of Object.keys(launch.folders) as (keyof typeof launch.folders)[]) await mkdir(path(name))
  const key = randomBytes(8).toString('hex')
  const values = {
    [platformParameters.apiPath]: `${options.hubUrl}/api`,
    [platformParameters.token]: options.token ?? 'API:1:test:4102444800000:signature',
    [platformParameters.tokenExpires]: Math.floor(Date.now() / 1000) + 3600,
    [platformParameters.inPath]: path('in'),
    [platformParameters.outPath]: path('out'),
    [platformParameters.logPath]: path('log'),
    [platformParameters.tempPath]: path('temp'),
    [platformParameters.executionId]: options.executionId ?? 'execution-1',
    [platformParameters.attempt]: '1',
    ...options.parameters,
  }
  const file = join(path('in'), launch.parameterFile)
  await writeFile(file, sealParameters(values, key), { mode: 0o600 })
  return { path: file, key }
}

function runProcess(
  options: LaunchOptions,
  file: ParameterFile,
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [programMain], {
      cwd: options.appFolder,
      env: {
        [launch.parameterFileVariable]: file.path,
        [launch.parameterKeyVariable]: file.key,
        ...options.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 60_000,
      killSignal: 'SIGKILL',
    })
    const output = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, ...output }))
    if (child.pid !== undefined) options.onStart?.(child.pid)
  })
}

async function readIfThere(path: string): Promise<string | undefined> {
  return existsSync(path) ? await readFile(path, 'utf8') : undefined
}

function readResults(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line !== '')
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(' = ')), line.slice(line.indexOf(' = ') + 3)]),
  )
}

function readLog(stdout: string): { level: string; text: string }[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { level: string; text: string })
}
