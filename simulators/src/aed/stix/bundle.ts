import { Refusal } from '../../http/refusal.ts'

/**
 * The objects of a STIX 2.0 bundle (part 1, section 5).
 * @throws Refusal 422 for JSON that is no such bundle: TAXII 2.0 (5.4) answers so when nothing of a request can be processed.
 */
export function readBundle(json: unknown, objectsMax: number): unknown[] {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw notProcessable('the body is no STIX bundle')
  const bundle = json as Record<string, unknown>
  if (bundle['type'] !== 'bundle') throw notProcessable('type is not bundle')
  if (typeof bundle['id'] !== 'string' || !/^bundle--[0-9a-f-]{36}$/.test(bundle['id'])) {
    throw notProcessable('id is not bundle-- followed by a UUID')
  }
  if (bundle['spec_version'] !== '2.0') {
    throw notProcessable('spec_version of the bundle is not 2.0; this appliance reads STIX 2.0')
  }
  const objects = bundle['objects']
  if (!Array.isArray(objects) || objects.length === 0)
    throw notProcessable('objects is not a list of at least one object')
  if (objects.length > objectsMax) throw notProcessable(`more than ${objectsMax} objects in one bundle`)
  return objects
}

function notProcessable(message: string): Refusal {
  return new Refusal(422, 'unprocessable', message)
}
