import type { Route } from '../../http/router.ts'
import type { Appliance } from '../appliance.ts'
import { jsonAnswer } from './json-answer.ts'

/** `/summary/`: clients find the version of the interface by asking for it and looking for `protectionLevel`. */
export function summaryRoute({ collections, intake }: Appliance, base: string): Route {
  return {
    kind: 'rest-summary',
    method: 'GET',
    path: `${base}/summary/`,
    handle: () =>
      jsonAnswer(200, {
        hostname: 'aed-rehearsal',
        version: '7.2.0.0',
        isRehearsal: true,
        protectionLevel: 1,
        deploymentMode: 'inline',
        stixCollections: collections.length,
        stixIndicators: collections.reduce((sum, collection) => sum + intake.counts(collection).indicators, 0),
      }),
  }
}
