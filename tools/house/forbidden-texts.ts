import type { SourceFile } from './checkout.ts'
import { withoutComments } from './imports.ts'

/** Something that no file may hold, with where it is looked for and where it is allowed. */
export type ForbiddenText = {
  readonly what: string
  readonly pattern: RegExp
  /** `code` is looked at without its comments. */
  readonly where: 'everywhere' | 'code'
  readonly only?: RegExp
  readonly except?: RegExp
  /** Lines that must be found, and lines that must not: they keep the pattern honest. */
  readonly canaries: readonly string[]
  readonly harmless: readonly string[]
}

const code = /\.(ts|tsx|js|mjs)$/

/** Canaries are put together, so that this file holds nothing of what it looks for. */
function joined(...parts: readonly string[]): string {
  return parts.join('')
}

function slashed(...parts: readonly string[]): string {
  return parts.join('/')
}

/** The one file where the check of certificates may be switched off (S19). */
export const unverifiedTlsFile = 'app-sdk/src/net/unverified-tls.ts'

export const forbiddenTexts: readonly ForbiddenText[] = [
  {
    what: 'a note of unfinished work; finish it, or describe what is missing in docs/features.md',
    pattern: /\b(TODO|FIXME)\b/,
    where: 'everywhere',
    canaries: [`// ${joined('TO', 'DO')}: later`, joined('FIX', 'ME')],
    harmless: ['autodoc', 'METODOLOGY'],
  },
  {
    what: 'a path of the machine that it was written on',
    pattern: /(?<![\w.*-])\/(work|root|Users)\/(?=\w)/,
    where: 'everywhere',
    canaries: [`'${slashed('', 'work', 'main')}'`, `see ${slashed('', 'root', 'notes')}`, slashed('', 'Users', 'eve')],
    harmless: [slashed('node', 'work', 'it'), slashed('.', 'work', 'folder')],
  },
  {
    what: 'the name of a package registry; which one is used is the choice of the machine',
    pattern:
      /registry\.(npmjs|yarnpkg|npmmirror)|npm\.pkg\.github|\bpypi\.org|pythonhosted\.org|"resolved": "(https?|git)|^registry\s*=/m,
    where: 'everywhere',
    canaries: [
      '"resolved": "https://mirror.example.com/a.tgz"',
      'registry=https://a.example.com',
      ['registry', 'npmjs', 'org'].join('.'),
    ],
    harmless: ['"resolved": "apps/misp-feed"', 'a registry key of Windows'],
  },
  {
    what: 'a read of the environment outside of config.ts and main.ts',
    pattern:
      /\bprocess\s*(\.\s*env\b|\[\s*['"]env)|\benv\b[^}\n]*\}\s*=\s*process\b|\{[^}]*\benv\b[^}]*\}\s*from\s*['"](node:)?process/,
    where: 'code',
    except: /(^|\/)(config|main)\.ts$|\.config\.ts$|\.(test|soak)\.tsx?$|^(dev|tools|bench)\//,
    canaries: ['read(process.env)', "process['env']", 'const { env } = process', "import { env } from 'node:process'"],
    harmless: ['spawn(program, { env: environment })', '// process.env is read elsewhere', 'environment.process'],
  },
  {
    what: `unverified TLS outside of ${unverifiedTlsFile} (S19); trust a CA or pin the certificate instead`,
    pattern: /\brejectUnauthorized\b['"]?\s*:(?!\s*true\b)|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity\s*:/,
    where: 'code',
    // The checker of apps looks for the very words.
    except: new RegExp(
      `^(${unverifiedTlsFile.replaceAll('.', '\\.')}|app-sdk/src/package/(check-app|package\\.test)\\.ts)$`,
    ),
    canaries: [
      'tls.connect({ rejectUnauthorized: false })',
      '{ rejectUnauthorized: verify }',
      'checkServerIdentity: () => {}',
    ],
    harmless: ['{ rejectUnauthorized: true }', '// rejectUnauthorized: false'],
  },
  {
    what: 'zod by its name `z`; write `import * as z`, which spares 13 MB of memory',
    pattern: /import\s+(type\s+)?(\{[^}]*\bz\b[^}]*\}|z\b(\s*,[^'"]*)?)\s*from\s*['"](zod|@postern\/app-sdk\/zod)/,
    where: 'code',
    canaries: ["import { z } from 'zod'", "import { ZodError, z } from 'zod/mini'", "import z from 'zod'"],
    harmless: ["import * as z from 'zod/mini'", "import { ZodError } from 'zod'", "import { z } from './zone.ts'"],
  },
  {
    what: 'the whole of zod where zod/mini is wanted',
    pattern: /from\s*['"]zod['"]/,
    where: 'code',
    only: /^(protocol|intel|app-sdk|environment-server|console|apps)\//,
    canaries: ["import * as z from 'zod'"],
    harmless: ["import * as z from 'zod/mini'"],
  },
  {
    what: 'a test that silences the others, or one that is only intended',
    pattern: /\b(test|it|describe|suite)\s*\.\s*(only|todo|skip)\b/,
    where: 'code',
    canaries: ["test.only('…', () => {})", 'describe.skip(', `test.${joined('to', 'do')}('x')`],
    harmless: ["test.skipIf(!isHere)('…')", 'test.each([])'],
  },
  {
    what: 'a property of one size; take the size of tools/test-setup.ts, or name one for script/test and one for POSTERN_SOAK',
    pattern: /\bnumRuns:\s*(?!1\b)\d/,
    where: 'code',
    canaries: ['fc.assert(property, { numRuns: 60 })', '{ seed, numRuns: 2_000 }', 'const runs = { numRuns: 10 }'],
    harmless: ['fc.sample(values, { numRuns: 1, seed: 7 })', '{ numRuns: isSoak ? 5_000 : 60 }', '{ numRuns: cases }'],
  },
  {
    what: 'a look taken once at a page that may have something under way; write `await expect.poll(() => …)`, or wait for the element',
    pattern:
      /\bexpect\(\(*\s*await\b(?:(?!\)\s*\.(?:to|not))[^])*?\.(?:count|is(?:Visible|Hidden|Enabled|Disabled|Checked)|inputValue|textContent|innerText|getAttribute|all(?:TextContents|InnerTexts)|evaluate)\(/,
    where: 'code',
    only: /^(dev|console)\//,
    canaries: [
      "expect(await page.getByRole('alert').count()).toBe(0)",
      'expect(await field.isDisabled()).toBe(true)',
      'expect((await heading.textContent())?.length).toBe(3)',
      "expect(await page.evaluate('innerWidth')).toBe(390)",
    ],
    harmless: [
      "await expect.poll(() => page.getByRole('alert').count()).toBe(0)",
      'expect(await readCount(hub)).toBe(0)\nconst count = await rows.count()',
    ],
  },
  {
    what: 'a default export, except where a tool demands one',
    pattern: /^export\s+default\b/m,
    where: 'code',
    except: /\.config\.ts$|^apps\/[^/]+\/app\.ts$|\/[a-z-]+-app\/app\.ts$|\/fixtures\//,
    canaries: ['export default function start() {}'],
    harmless: ['export function start() {}'],
  },
]

/** Where this table's own canaries stand. */
const ownFiles = /^tools\/house\/forbidden-texts\./

/** Every line that holds what it may not, as `path:line: what`. */
export function forbiddenTextProblems(files: readonly SourceFile[], rules: readonly ForbiddenText[]): string[] {
  return files
    .filter((file) => !ownFiles.test(file.path) && !isBinary(file.path))
    .flatMap((file) => rules.flatMap((rule) => problems(file, rule)))
}

function problems(file: SourceFile, rule: ForbiddenText): string[] {
  if (rule.where === 'code' && !code.test(file.path)) return []
  if (rule.only !== undefined && !rule.only.test(file.path)) return []
  if (rule.except?.test(file.path) === true) return []
  const text = rule.where === 'code' ? withoutComments(file.text) : file.text
  const found = new RegExp(rule.pattern.source, `g${rule.pattern.flags}`)
  return [...text.matchAll(found)].map(
    (match) => `${file.path}:${text.slice(0, match.index).split('\n').length}: ${rule.what}`,
  )
}

function isBinary(path: string): boolean {
  return /\.(png|jpg|ico|woff2?|zip|tcx|gz|tgz|tar|pdf|wasm|bin)$/.test(path)
}
