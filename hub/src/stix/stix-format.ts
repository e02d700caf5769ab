import type { StixSpecVersion } from '@postern/intel'

/** Forms in which the library goes out: bundles, and packages of XML. */
export type StixFormat = StixSpecVersion | '1.1.1'
export const stixFormats = ['2.1', '2.0', '1.1.1'] as const satisfies readonly StixFormat[]

export const stixMediaTypes: Readonly<Record<StixFormat, string>> = {
  '2.1': 'application/stix+json;version=2.1',
  '2.0': 'application/vnd.oasis.stix+json;version=2.0',
  '1.1.1': 'application/xml',
}
