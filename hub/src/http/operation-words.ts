import type { ApiDocument, Operation } from './api-breaks.ts'

/** Parameters that mean the same wherever they stand; a route that means something else describes its own. */
const parameterWords: Record<string, string> = {
  cursor: 'Where the page begins: `next` of the page before; the first page has none',
  limit: 'Rows of the page at most',
  serverXid: 'Id of the environment server, as its bundle has it',
  sha256: 'SHA-256 of the package, or of the archive that is sent, in hexadecimal',
  platform: 'System and processor of the machines that it is for',
  attempt: 'Number of the attempt, counted from 1',
  version: 'Number of the version of the data collection, or `latest`',
  linkedId: 'Id of the indicator at the other end of the link',
  rootId: 'Id of the API root of TAXII',
  taxiiCollectionId: 'Id of the TAXII collection',
  firewallListId: 'Id of the list',
  state: 'Only those that stand so',
  kind: 'The kind of link, such as `Same File`',
  outcome: 'Only items of which this became',
  change: 'Only values of which this is to become, or became',
  contains: 'Only what contains this text',
  target: 'Only this target of the control, by its name',
  types: 'Only indicators of these types, parted by commas',
  tlpMax: 'What is marked above this level of TLP is left out, and counted (D21)',
  specVersion: 'Version of STIX',
  from: 'Not before this instant',
  compromisedFrom: 'Since when others may have had its key: what comes signed by it from then on is doubtful',
  to: 'Before this instant',
  step: 'Time that one point stands for',
  days: 'How many days, back from today (UTC)',
  after: 'Only lines after this number',
  object: 'What the query finds: indicators, or groups',
  cron: 'Six fields, with seconds, as Quartz has them',
  timeZone: 'By its name in the IANA database, such as `Europe/Berlin`',
  runs: 'How many runs to tell',
}

const answerWords: Record<string, string> = {
  200: 'Done, with the answer',
  201: 'Made, with what was made',
  202: 'Accepted; it is done soon',
  204: 'Done, without a body',
}

/** Says of every parameter and every good answer of a description what it is, where its route does not. */
export function describeOperations<Document extends Partial<ApiDocument>>(document: Document): Document {
  for (const operation of Object.values(document.paths ?? {}).flatMap((methods) => Object.values(methods))) {
    for (const parameter of operation.parameters ?? []) describeParameter(parameter)
    describeAnswers(operation)
  }
  return document
}

function describeParameter(parameter: NonNullable<Operation['parameters']>[number]): void {
  const words = parameterWords[parameter.name] ?? idWords(parameter.name)
  if (parameter.description === undefined && words !== undefined) parameter.description = words
}

/** `exclusionListId` → `Id of the exclusion list`. */
function idWords(name: string): string | undefined {
  if (!name.endsWith('Id')) return undefined
  const noun = name.slice(0, -2).replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return `Id of the ${noun}`
}

function describeAnswers({ responses }: Operation): void {
  for (const [status, answer] of Object.entries(responses ?? {})) {
    const words = answerWords[status]
    if (answer.description === unsaid && words !== undefined) answer.description = words
  }
}

/** What the generator writes where a route says nothing. */
const unsaid = 'Default Response'
