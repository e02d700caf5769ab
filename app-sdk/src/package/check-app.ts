import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { App } from '../define/app.ts'
import { manifestOf } from '../define/manifest.ts'
import { readApp } from './package-app.ts'

/** Something that `postern app check` found. An error keeps the app from being packaged; a warning is for its author. */
export interface AppFinding {
  readonly level: 'error' | 'warning'
  /** The file it is about. */
  readonly file: string
  readonly message: string
}

/** Checks an app's folder (FD-7): definition, manifest, readme, tests, and what its sources must not do. */
export async function checkApp(folder: string): Promise<AppFinding[]> {
  const appFolder = resolve(folder)
  const sources = (await readdir(appFolder, { recursive: true })).filter(
    (name) => name.endsWith('.ts') && !name.startsWith('node_modules'),
  )
  const findings = [...(await definitionFindings(appFolder)), ...fileFindings(appFolder, sources)]
  for (const name of sources) findings.push(...sourceFindings(name, await readFile(join(appFolder, name), 'utf8')))
  return findings
}

async function definitionFindings(appFolder: string): Promise<AppFinding[]> {
  try {
    const app = await readApp(appFolder)
    manifestOf(app)
    return app.kind === 'feed' ? feedFindings(app) : []
  } catch (error) {
    return [{ level: 'error', file: 'app.ts', message: error instanceof Error ? error.message : String(error) }]
  }
}

/** The platform's rules for feeds: rating and confidence are the user's to set, and 0 unless the source knows better. */
function feedFindings(app: App): AppFinding[] {
  return ['rating', 'confidence'].flatMap((name): AppFinding[] => {
    const declared = app.parameters[name]
    if (declared === undefined)
      return [
        {
          level: 'warning',
          file: 'app.ts',
          message: `a feed whose source gives no ${name} lets its user set it: declare parameter ${name}, default 0`,
        },
      ]
    return declared.entry.default === '0'
      ? []
      : [{ level: 'error', file: 'app.ts', message: `parameter ${name} must have the default 0` }]
  })
}

function fileFindings(appFolder: string, sources: readonly string[]): AppFinding[] {
  const findings: AppFinding[] = []
  if (!existsSync(join(appFolder, 'README.md')))
    findings.push({
      level: 'error',
      file: 'README.md',
      message: 'is missing: say what the app brings in and what it needs',
    })
  if (!sources.some((name) => name.endsWith('.test.ts')))
    findings.push({ level: 'error', file: 'app.test.ts', message: 'is missing: an app without tests is not packaged' })
  return findings
}

const rules: readonly { readonly pattern: RegExp; readonly message: string }[] = [
  {
    pattern: /rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED/,
    message: 'switches certificate checks off; pin the certificate with parameter.fingerprint',
  },
  { pattern: /process\.env/, message: 'reads the environment; what an app needs is a parameter' },
  {
    pattern: /\bfetch\(|from 'node:https?'/,
    message: 'speaks HTTP past context.external(), so without proxy, bounds, retries and its own name (FD-4)',
  },
  {
    pattern: /console\.(log|error|warn|info)/,
    message: 'writes to the console; context.log has levels and redacts secrets',
  },
]

function sourceFindings(file: string, text: string): AppFinding[] {
  if (file.endsWith('.test.ts') || file.startsWith('testing/')) return []
  const broken = rules
    .filter(({ pattern }) => pattern.test(text))
    .map(({ message }): AppFinding => ({ level: 'warning', file, message }))
  const foreign = [...text.matchAll(/\bfrom '([^']+)'/g)]
    .map(([, from = '']) => from)
    .filter((from) => !/^(\.{1,2}\/|node:|@postern\/app-sdk(\/zod)?$)/.test(from))
  return [
    ...broken,
    ...foreign.map((from): AppFinding => ({
      level: 'warning',
      file,
      message: `imports ${from}: what it brings is packaged with the app`,
    })),
  ]
}
