import { Refusal } from '../../http/refusal.ts'
import type { Answer, Call } from '../../http/router.ts'
import type { Appliance } from '../appliance.ts'
import type { Area } from '../area.ts'
import { isSameSecret } from '../same-secret.ts'
import { taxiiAnswer } from './media.ts'
import { objectRoutes } from './object-routes.ts'
import { serverRoutes } from './server-routes.ts'

/** The TAXII 2.0 server in the appliance. Its clients sign in with a STIX client's name and password, not with the API token. */
export function taxiiArea(appliance: Appliance): Area {
  const { discoveryPath, apiRoot } = appliance.dialect
  return {
    name: 'TAXII',
    prefixes: [discoveryPath, apiRoot],
    routes: [...serverRoutes(appliance), ...objectRoutes(appliance)],
    authenticate: (call) => authenticate(call, appliance),
    refuse: taxiiError,
  }
}

/** HTTP Basic (RFC 7617), the one scheme TAXII 2.0 (1.6.9) demands of every server. */
function authenticate(call: Pick<Call, 'request'>, { credentials }: Appliance): void {
  const [, encoded = ''] = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(call.request.headers.authorization ?? '') ?? []
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  if (isSameSecret(decoded, `${credentials.stixUsername}:${credentials.stixPassword}`)) return
  throw new Refusal(401, 'unauthorized', 'no STIX client of this appliance has this name and password', {
    headers: { 'www-authenticate': 'Basic realm="STIX/TAXII", charset="UTF-8"' },
  })
}

/** An error message resource (TAXII 2.0, 3.6.1). */
function taxiiError(refusal: Refusal): Answer {
  const resource = {
    title: titles[refusal.status] ?? 'The request failed',
    description: refusal.message,
    error_code: refusal.code,
    http_status: String(refusal.status),
  }
  return taxiiAnswer(refusal.status, resource, refusal.headers)
}

const titles: Readonly<Record<number, string>> = {
  400: 'The request cannot be read',
  401: 'Authentication failed',
  403: 'This client may not do that',
  404: 'There is no such resource',
  405: 'The method is not offered here',
  406: 'The answer would not be acceptable',
  413: 'The request is too large',
  415: 'The content type is not supported',
  416: 'The range cannot be answered',
  422: 'The content cannot be processed',
  500: 'The appliance failed',
  503: 'The appliance’s services are stopped',
}
