import { addressUrl, defineExport, NotReadable, parameter } from '@postern/app-sdk'
import type { ExportContext, ExportControl, Logger, ValuesOf } from '@postern/app-sdk'
import { AedApi } from './aed-api.ts'
import { aedControl } from './aed-control.ts'
import { caps, roomOf } from './capacity.ts'
import { Taxii20 } from './taxii20.ts'

/** Where the API root names no size: small enough for any. */
const contentLengthDefaultBytes = 1024 * 1024

const parameters = {
  hostname: parameter.address({
    label: 'Hostname',
    required: true,
    note: 'Host name or IP address of the Arbor Edge Defense appliance; host:port where it is not 443.',
  }),
  fingerprint: parameter.fingerprint({
    label: 'Certificate fingerprint',
    note: 'SHA-256 of the certificate of the appliance, which ships with one of its own making. Empty: public authorities and the CA folder.',
  }),
  apiToken: parameter.secret({
    label: 'API token',
    required: true,
    note: 'Made on the appliance: services aaa local apitoken generate USER "TEXT". Reads back what the collection holds.',
  }),
  stixUsername: parameter.string({
    label: 'STIX client username',
    required: true,
    note: 'Of the STIX client configured on the appliance to ingest threat intelligence.',
  }),
  stixPassword: parameter.secret({ label: 'STIX client password', required: true }),
  dataCollection: parameter.collection({
    label: 'Data collection',
    required: true,
    note: 'Name of the data collection whose values the appliance should hold.',
  }),
  stixCollection: parameter.string({
    label: 'AED STIX collection name',
    required: true,
    charactersMax: 200,
    note: 'Title of the collection on the appliance. It must be for this export alone: what the data collection lacks is taken out of it.',
  }),
  defaultIndicatorLabels: parameter.list({
    label: 'Default indicator labels',
    default: 'malicious-activity',
    note: 'Comma-separated. STIX 2.0 demands a label of every indicator.',
    check: (labels) => (labels.length === 0 ? 'must hold a label at least' : undefined),
  }),
  blocks: parameter.boolean({
    label: 'Send CIDR blocks',
    note: 'Whether blocks of IPv4 addresses are sent as well. No public source says that the appliance takes them; what it refuses is named in the receipt.',
  }),
  removeBy: parameter.choice({
    label: 'Remove by',
    values: ['revoke', 'delete', 'rewrite'],
    default: 'revoke',
    note: 'TAXII 2.0 has no delete. revoke: posts the object again as revoked. delete: removes it through the REST interface. rewrite: clears the collection and posts all, up to 50,000 values.',
  }),
  readBackVia: parameter.choice({
    label: 'Read back by',
    values: ['configuration', 'taxii'],
    default: 'configuration',
    note: 'How the appliance is asked what it holds: through its REST interface, or as the STIX client, if that may read.',
  }),
  checkCount: parameter.boolean({
    label: 'Check the number of indicators',
    default: true,
    note: 'Whether a list read through the REST interface must hold as many indicators as the appliance says. A list that was cut is never taken for all.',
  }),
  discoveryPath: parameter.string({ label: 'TAXII discovery path', default: '/taxii/', check: pathCheck }),
  apiRoot: parameter.string({
    label: 'TAXII API root',
    note: 'Path of the API root. Empty: discovered.',
    check: pathCheck,
  }),
  maxContentLengthBytes: parameter.integer({
    label: 'Largest post in bytes',
    minimum: 4_096,
    maximum: 64 * 1024 * 1024,
    note: 'Empty: what the API root says.',
  }),
  retryWaitMs: parameter.integer({
    label: 'First wait before trying again in milliseconds',
    default: 250,
    minimum: 1,
    maximum: 60_000,
    note: 'A request that failed is tried five times in all; each wait is twice the one before.',
  }),
  pollSeconds: parameter.integer({
    label: 'Longest wait for a post in seconds',
    default: 60,
    minimum: 1,
    maximum: 3_600,
  }),
}

export default defineExport({
  name: 'netscout-aed',
  displayName: 'NETSCOUT AED export',
  version: '1.0.0',
  note: 'Pushes a data collection into a STIX collection of a NETSCOUT Arbor Edge Defense by TAXII 2.0, reads back what it holds, and writes a receipt.',
  parameters,
  collection: 'dataCollection',
  limits: { timeoutSeconds: 3_600, memoryMegabytesMax: 1_024 },
  open,
})

async function open(context: ExportContext<ValuesOf<typeof parameters>>): Promise<ExportControl> {
  const { parameters: given, log, signal, external } = context
  const base = new URL('/', addressUrl(given.hostname))
  const reach = { fingerprint: given.fingerprint, retries: { firstWaitMs: given.retryWaitMs } }
  const api = new AedApi(
    external({ ...reach, headers: { 'x-arbux-apitoken': given.apiToken, accept: 'application/json' } }),
    base,
  )
  const stixClient = external({ ...reach, basic: { username: given.stixUsername, password: given.stixPassword } })
  const { discoveryPath, apiRoot, pollSeconds } = given
  const taxii = await Taxii20.open(stixClient, { base, discoveryPath, apiRoot, pollSeconds, signal })
  const collection = await taxii.collection(given.stixCollection)
  return aedControl({
    target: collection.title,
    taxii,
    collection,
    api,
    labels: given.defaultIndicatorLabels,
    blocks: given.blocks,
    removeBy: given.removeBy,
    readBackVia: given.readBackVia,
    checkCount: given.checkCount,
    maxContentLengthBytes: given.maxContentLengthBytes ?? taxii.maxContentLengthBytes ?? contentLengthDefaultBytes,
    valuesMax: await roomFor(api, collection.title, log),
    log,
  })
}

/** Planned for, not discovered: a collection's own cap, and what the other collections leave of the appliance's (AED-6). */
async function roomFor(api: AedApi, title: string, log: Logger): Promise<number> {
  try {
    return roomOf(await api.collections(), title)
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error
    log.warn(`what other collections hold is not known, so only the cap of one is planned for: ${error.message}`)
    return caps.perCollection
  }
}

function pathCheck(path: string): string | undefined {
  return /^\/[\w.~/-]*$/.test(path) ? undefined : 'must be a path that begins with /'
}
