import type { StixImport } from '@postern/protocol'
import { Audit } from '../audit/audit.ts'
import { createCollections } from '../collections/collections.ts'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'
import { createStix, type Stix } from './stix.ts'

/** A library with the door for STIX, on a database of its own. */
export type TestStix = TestLibrary & {
  stix: Stix
  collections: ReturnType<typeof createCollections>
  /** Brings a bundle in, made of these objects or as its bytes. */
  bring(ownerName: string, bundle: readonly object[] | Uint8Array, specVersion?: '2.0' | '2.1'): Promise<StixImport>
}

export async function createTestStix(): Promise<TestStix> {
  const library = await createTestLibrary()
  const silent = { debug() {}, info() {}, warn() {}, error() {} }
  const collections = createCollections({
    ...library.database,
    clock: library.clock,
    audit: new Audit(),
    log: silent as never,
  })
  const stix = createStix({ ...library.database, ...library, audit: new Audit(), collections })

  async function bring(
    ownerName: string,
    bundle: readonly object[] | Uint8Array,
    specVersion: '2.0' | '2.1' = '2.1',
  ): Promise<StixImport> {
    await library.owner(ownerName)
    const bytes = bundle instanceof Uint8Array ? bundle : Buffer.from(JSON.stringify(bundleOf(bundle, specVersion)))
    return stix.importBundle(library.person, ownerName, bytes)
  }
  return {
    ...library,
    stix,
    collections,
    bring,
    async close() {
      await stix.close()
      await library.close()
    },
  }
}

function bundleOf(objects: readonly object[], specVersion: '2.0' | '2.1'): object {
  const id = 'bundle--01234567-89ab-4cde-8f01-23456789abcd'
  return { type: 'bundle', id, ...(specVersion === '2.0' ? { spec_version: '2.0' } : {}), objects }
}
