import * as z from 'zod'

const path = z.string().regex(/^\/([\w.~-]+\/)+$/, 'write a path that begins and ends with /')

/**
 * How a rehearsal appliance speaks where no public source says how a real one does.
 * Each setting is one such unknown; docs/apps/netscout-aed-unknowns.md names what to look for on a real appliance.
 */
export const AedDialect = z.strictObject({
  discoveryPath: path.default('/taxii/').describe('Path of the TAXII discovery'),
  apiRoot: path.default('/taxii/api/').describe('Path of the one TAXII API root'),
  apiRootUrls: z
    .enum(['absolute', 'relative'])
    .default('absolute')
    .describe('Whether discovery names the API root by URL or by path'),
  canRead: z.boolean().default(true).describe('Whether the STIX client may read objects over TAXII'),
  accept: z
    .enum(['exact', 'lenient'])
    .default('exact')
    .describe('Whether TAXII requests must name the media type in Accept, or may leave it out or send */*'),
  uuids: z.enum(['v4', 'any']).default('v4').describe('UUID versions taken in STIX ids; STIX 2.0 demands 4'),
  cidr: z.enum(['refused', 'taken']).default('refused').describe('Whether ipv4-addr:value may be a CIDR block'),
  unsupportedObjects: z
    .enum(['refused', 'ignored'])
    .default('refused')
    .describe('Objects the appliance has no use for: named among the failures, or counted as successes and forgotten'),
  pendingPolls: z
    .int()
    .min(0)
    .max(600)
    .default(0)
    .describe('How many answers of a status resource say pending before it is complete'),
  statusLists: z
    .enum(['full', 'counts'])
    .default('full')
    .describe('Whether a status resource lists its successes and pendings or only counts them'),
  maxContentLengthBytes: z
    .int()
    .min(1_024)
    .max(64 * 1024 * 1024)
    .default(10 * 1024 * 1024)
    .describe('max_content_length of the API root'),
  revoke: z
    .enum(['honoured', 'ignored'])
    .default('honoured')
    .describe('Whether an object posted again with revoked: true is taken out of use'),
  afterRevoke: z
    .enum(['taken', 'refused'])
    .default('taken')
    .describe('What happens to a later version of a revoked id; STIX 2.0 says there must be none'),
  revokedListed: z.boolean().default(false).describe('Whether reads still show revoked objects, with revoked: true'),
  deleteById: z
    .enum(['supported', 'unsupported', 'clears-all'])
    .default('supported')
    .describe('DELETE of named objects: done, answered 405, or taken as a DELETE of all'),
  clear: z
    .enum(['supported', 'unsupported'])
    .default('supported')
    .describe('DELETE of a whole collection: done, or answered 405'),
  objectShape: z
    .enum(['stix', 'summary'])
    .default('stix')
    .describe('How the configuration interface lists objects: STIX, or the appliance’s own row'),
  collectionKeys: z
    .enum(['uuid-title', 'id-name'])
    .default('uuid-title')
    .describe('Names of the keys of a collection in the configuration interface'),
  alertSeverity: z
    .enum(['numeric', 'text'])
    .default('numeric')
    .describe('Severity of an alert: 1 to 3, or low, medium, high'),
  alertTimes: z.enum(['epoch', 'iso']).default('epoch').describe('Times of an alert: seconds since 1970, or ISO 8601'),
  alertFilters: z
    .enum(['honoured', 'ignored'])
    .default('honoured')
    .describe('Whether severity= narrows the list of alerts'),
  keywords: z.enum(['any', 'all', 'ignored']).default('any').describe('What q= with several words means'),
  badToken: z
    .enum(['401', '400', 'login-redirect', 'login-page'])
    .default('401')
    .describe('Answer to a missing or wrong API token'),
  errorShape: z
    .enum(['errors', 'message', 'html'])
    .default('errors')
    .describe('Body of a REST error: errors[], one message, or an HTML page'),
  apiVersions: z
    .enum(['v3', 'v2', 'both'])
    .default('v3')
    .describe('REST bases served: /api/aed/v3, /api/aed/v2 with /api/aps/v2, or all'),
})
export type AedDialect = z.infer<typeof AedDialect>
