import { DiffValuePage } from '@postern/protocol'
import * as z from 'zod'
import type { ApiDocument } from './api-breaks.ts'
import type { Schema } from './schema-breaks.ts'

/**
 * What the routes answer that send streams and files: Fastify would check and buffer an answer that has a schema, so that these are
 * described here, by their operation. A text of many lines is a string to OpenAPI; its description says what a line is.
 */
const valueLines = lines(
  'Gzip NDJSON: a line a value, ["Host","bad.example.com"], in the order of their bytes; the last line is a ValuesEnd with the count and the SHA-256 of all before it. Without it the stream was cut',
)
const changeLines = lines(
  'Gzip NDJSON: a line a value that came or went, ["add","Host","bad.example.com"] or ["remove", …]; the last line is a ValuesEnd with the count and the SHA-256 of all before it. Without it the stream was cut',
)
const stix = {
  'application/stix+json;version=2.1': text(
    'A bundle of STIX 2.1; its property x_postern_account counts what was left out, by reason',
  ),
  'application/vnd.oasis.stix+json;version=2.0': text('A bundle of STIX 2.0, with x_postern_account as in 2.1'),
  'application/xml': text('A package of STIX 1.1.1'),
}
const diffValues = {
  'application/json': { schema: z.toJSONSchema(DiffValuePage, { io: 'output', target: 'draft-2020-12' }) },
  ...lines('Gzip NDJSON: the whole list, a line a value'),
}

const answers: Readonly<Record<string, Record<string, { schema: Schema }>>> = {
  readCollectionValues: valueLines,
  readCollectionChanges: changeLines,
  exportCollectionStix: stix,
  exportOwnerStix: stix,
  readPlanValues: diffValues,
  readReceiptValues: diffValues,
}

export function describeStreams<Document extends Partial<ApiDocument>>(document: Document): Document {
  for (const operation of Object.values(document.paths ?? {}).flatMap((methods) => Object.values(methods))) {
    const content = answers[operation.operationId ?? '']
    const good = operation.responses?.['200']
    if (content !== undefined && good !== undefined) good.content = content
  }
  return document
}

function lines(description: string): Record<string, { schema: Schema }> {
  return { 'application/x-ndjson': text(description) }
}

function text(description: string): { schema: Schema } {
  return { schema: { type: 'string', description } }
}
