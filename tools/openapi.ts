/**
 * Writes hub/openapi.json, the description that the API is held to (D17), and hub/route-rules.txt, who may call what (D22), from the

 * routes; `oxfmt hub/openapi.json` gives it the repository's format. What removes or narrows something is only written with --breaking, which is for the time before a first release.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { type ApiDocument, apiBreaks } from '../hub/src/http/api-breaks.ts'
import { describeApi } from '../hub/src/http/describe-api.ts'

const descriptionFile = new URL('../hub/openapi.json', import.meta.url)
const { openapi, rules } = await describeApi()
const before = JSON.parse(readFileSync(descriptionFile, 'utf8')) as ApiDocument
const breaks = apiBreaks(before, openapi)
if (breaks.length > 0 && !process.argv.includes('--breaking')) {
  process.stderr.write(`This would break clients:\n${breaks.join('\n')}\nNothing was written.\n`)
  process.exitCode = 1
} else {
  writeFileSync(descriptionFile, `${JSON.stringify(openapi, null, 2)}\n`)
  writeFileSync(new URL('../hub/route-rules.txt', import.meta.url), `${rules.join('\n')}\n`)
}
