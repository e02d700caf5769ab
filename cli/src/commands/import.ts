import { randomUUID } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { canonicalise, detectType, type IndicatorType } from '@postern/intel'
import { BatchAnswer, BatchError, type BatchIndicator, Owner, OwnerPage, paths, tcexPaths } from '@postern/protocol'
import { Command } from 'commander'
import * as z from 'zod'
import { readCliConfig } from '../config.ts'
import { callHub, type HubTarget, hubTarget } from '../hub-api.ts'
import { say } from '../say.ts'
import { importStix } from './import-stix.ts'

const chunkItems = 10_000
const shownRefusalsMax = 20

export function importCommand(): Command {
  return new Command('import')
    .description('bring in a STIX bundle (.json), or a text file with one indicator a line; # begins a comment')
    .argument('<file>')
    .requiredOption('--owner <name>', 'who asserts them; made if it does not exist')
    .action(async (file: string, options: { owner: string }) => {
      if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) throw new Error(`There is no file ${file}.`)
      const target = hubTarget(readCliConfig())
      await ensureOwner(target, options.owner)
      if (file.toLowerCase().endsWith('.json')) {
        await importStix(target, file, options.owner)
        return
      }
      const totals = { sent: 0, accepted: 0, refused: 0, unknown: 0 }
      let chunk: BatchIndicator[] = []
      let lineNumber = 0
      for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
        lineNumber += 1
        const value = line.replace(/(^|\s)#.*$/, '').trim()
        if (value === '') continue
        const type = detectType(value)
        if (type === undefined) {
          totals.unknown += 1
          if (totals.unknown <= shownRefusalsMax) say.error(`line ${lineNumber}: ${whyNot(value)}`)
          continue
        }
        chunk.push({ type, summary: value })
        if (chunk.length === chunkItems) await flush()
      }
      await flush()
      say.line(`${totals.accepted} accepted, ${totals.refused} refused, ${totals.unknown} lines hold no indicator`)
      if (totals.refused + totals.unknown > 0) process.exitCode = 3

      async function flush(): Promise<void> {
        if (chunk.length === 0) return
        const status = await upload(target, options.owner, chunk)
        totals.accepted += status.successIndicatorCount ?? 0
        totals.refused += status.errorIndicatorCount ?? 0
        chunk = []
      }
    })
}

/** The sentence of the type that the value looks most like. */
function whyNot(value: string): string {
  const read = canonicalise(likelyType(value), value)
  return read.ok ? `${value} could be several types; write it as its own type's form` : read.message
}

function likelyType(value: string): IndicatorType {
  if (value.includes('://')) return 'URL'
  if (value.includes('@')) return 'EmailAddress'
  if (value.includes('/')) return 'CIDR'
  if (/^[0-9.]+$|:/.test(value)) return 'Address'
  return /^[0-9a-f]{16,}$/i.test(value) ? 'File' : 'Host'
}

/** The owner of that name, made if there is none. */
export async function ensureOwner(target: HubTarget, name: string): Promise<Owner> {
  const existing = (await callHub(target, paths.owners, OwnerPage)).data.find((owner) => owner.name === name)
  return existing ?? (await callHub(target, paths.owners, Owner, { json: { name } }))
}

async function upload(target: HubTarget, owner: string, indicators: BatchIndicator[]) {
  const boundary = randomUUID()
  const part = (name: string, value: unknown) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${JSON.stringify(value)}\r\n`
  const config = {
    action: 'Create',
    owner,
    attributeWriteType: 'Append',
    tagWriteType: 'Append',
    securityLabelWriteType: 'Append',
    haltOnError: 'false',
    version: 'V2',
  }
  const answer = await callHub(
    target,
    `${tcexPaths.base}${tcexPaths.createAndUpload}?includeAdditional=true`,
    BatchAnswer,
    {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: Buffer.from(`${part('config', config)}${part('content', { indicator: indicators })}--${boundary}--\r\n`),
    },
  )
  const { batchStatus, batchId } = answer.data
  if ((batchStatus.errorCount ?? 0) > 0 && batchId !== undefined) await sayRefusals(target, batchId)
  return batchStatus
}

async function sayRefusals(target: HubTarget, batchId: number): Promise<void> {
  const errors = await callHub(target, `${tcexPaths.base}${tcexPaths.batchErrors(batchId)}`, z.array(BatchError))
  for (const { errorReason } of errors.slice(0, shownRefusalsMax)) say.error(errorReason)
}
