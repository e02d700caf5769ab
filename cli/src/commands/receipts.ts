import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { paths, ReceiptPage, ReceiptProof } from '@postern/protocol'
import { Command } from 'commander'
import * as z from 'zod'
import { readCliConfig } from '../config.ts'
import { callHub, type HubTarget, hubTarget, sendToHub } from '../hub-api.ts'
import { say } from '../say.ts'
import { verifyReceipt } from './verify-receipt.ts'

/** Receipts that are listed: the newest. */
const listedMax = 50

export function receiptsCommand(): Command {
  return new Command('receipts')
    .description(`the newest ${listedMax} receipts: what controls were found to hold, and whose word that is`)
    .option('--json', 'one JSON object a line')
    .action(async ({ json }: { json?: boolean }) => {
      const { data } = await callHub(hubTarget(readCliConfig()), `${paths.receipts}?limit=${listedMax}`, ReceiptPage)
      for (const receipt of data) {
        const { id, createdAt, state, control, target, serverName, signature } = receipt
        if (json === true) say.json(receipt)
        else say.row([id, createdAt, state, control, target, signature?.state ?? '', serverName])
      }
    })
    .addCommand(proofCommand())
    .addCommand(verifyCommand())
}

function proofCommand(): Command {
  return new Command('proof')
    .description('write what anybody needs to check a receipt without the hub')
    .argument('<id>', 'the receipt’s number')
    .option('--out <file>', 'write to this file instead of the terminal')
    .option('--values <file>', 'write its list of values to this file, too')
    .action(async (id: string, { out, values }: { out?: string; values?: string }) => {
      const target = hubTarget(readCliConfig())
      const proof = await callHub(target, paths.receiptProof(encodeURIComponent(id)), ReceiptProof)
      if (out === undefined) say.json(proof)
      else writeFileSync(out, `${JSON.stringify(proof, null, 2)}\n`)
      if (values !== undefined) await saveValues(target, id, values)
    })
}

async function saveValues(target: HubTarget, id: string, file: string): Promise<void> {
  const path = paths.receiptValues(encodeURIComponent(id))
  const { bytes } = await sendToHub(target, path, { headers: { accept: 'application/x-ndjson' } })
  await pipeline(Readable.from([bytes]), createGunzip(), createWriteStream(file))
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('check the signature of a receipt; asks no hub')
    .argument('<file>', 'what "postern receipts proof" wrote')
    .option('--values <file>', 'the list of its values as downloaded: check that it is this receipt’s')
    .option('--fingerprint <sha256>', 'of the server’s key, as "postern-envsvr status" says it on the server itself')
    .action(async (file: string, { values, fingerprint }: { values?: string; fingerprint?: string }) => {
      const proof = readProof(file)
      const valuesSha256 = values === undefined ? undefined : await sha256OfFile(values)
      const lines = verifyReceipt(proof, { fingerprint, valuesSha256 })
      for (const line of lines) say.line(line)
      if (fingerprint === undefined)
        say.line('Compare that with what "postern-envsvr status" says on the server: nothing else here names its key.')
      say.line(proof.receiptText.trimEnd())
    })
}

function readProof(file: string): ReceiptProof {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file} cannot be read as JSON.`, { cause: error })
  }
  const read = z.safeParse(ReceiptProof, content)
  if (read.success) return read.data
  throw new Error(`${file} is no proof of a receipt: ${z.prettifyError(read.error)}`)
}

async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
