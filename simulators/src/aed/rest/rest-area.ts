import { Refusal } from '../../http/refusal.ts'
import type { Answer, Call, Route } from '../../http/router.ts'
import type { Appliance } from '../appliance.ts'
import type { Area } from '../area.ts'
import type { AedDialect } from '../dialect.ts'
import { isSameSecret } from '../same-secret.ts'
import { alertRoutes } from './alert-routes.ts'
import { configurationRoutes } from './configuration-routes.ts'
import { restError } from './rest-errors.ts'
import { summaryRoute } from './summary-route.ts'

const v3Base = '/api/aed/v3'
/** The same interface from before the product was renamed; the TAXII administration came with v3. */
const v2Bases = ['/api/aed/v2', '/api/aps/v2']

/** The appliance's REST interface, for holders of an API token. */
export function restArea(appliance: Appliance): Area {
  const { dialect } = appliance
  return {
    name: 'REST',
    prefixes: ['/api/'],
    routes: routes(appliance),
    authenticate: (call) => authenticate(call, appliance),
    refuse: (refusal) =>
      refusal.status < 400 || refusal.code === 'loginPage'
        ? loginAnswer(refusal)
        : restError(refusal, dialect.errorShape),
  }
}

function routes(appliance: Appliance): Route[] {
  const { apiVersions } = appliance.dialect
  const v3 = [
    ...alertRoutes(appliance, v3Base),
    summaryRoute(appliance, v3Base),
    ...configurationRoutes(appliance, v3Base),
  ]
  const v2 = v2Bases.flatMap((base) => [...alertRoutes(appliance, base), summaryRoute(appliance, base)])
  return [...(apiVersions === 'v2' ? [] : v3), ...(apiVersions === 'v3' ? [] : v2)]
}

function authenticate(call: Pick<Call, 'request'>, { credentials, dialect }: Appliance): void {
  const given = call.request.headers['x-arbux-apitoken']
  if (typeof given === 'string' && isSameSecret(given, credentials.apiToken)) return
  throw badToken(dialect.badToken)
}

function badToken(answer: AedDialect['badToken']): Refusal {
  if (answer === 'login-redirect')
    return new Refusal(302, 'loginRedirect', 'sign in', { headers: { location: '/platform/login' } })
  if (answer === 'login-page') return new Refusal(200, 'loginPage', 'sign in')
  // Code, field and words are those of the vendor's sibling product.
  return new Refusal(Number(answer), 'invalidAuthToken', 'Authentication Failed', { field: 'X-Arbux-APIToken' })
}

/** What old interfaces answer to a stranger: a page or the way to it, never JSON. */
function loginAnswer(refusal: Refusal): Answer {
  const body = '<!doctype html><title>Login</title><h1>Please log in</h1>'
  return { status: refusal.status, headers: { ...refusal.headers, 'content-type': 'text/html; charset=utf-8' }, body }
}
