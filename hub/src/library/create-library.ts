import { Assertions } from '../assertions/assertions.ts'
import { assertionRoutes } from '../assertions/routes.ts'
import type { Audit } from '../audit/audit.ts'
import { Attributes } from '../attributes/attributes.ts'
import { attributeRoutes } from '../attributes/routes.ts'
import { Batches } from '../batches/batches.ts'
import { ledgerRoutes } from '../batches/ledger/ledger-routes.ts'
import { Ledgers } from '../batches/ledger/ledger.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Matchers } from '../exclusions/matchers.ts'
import { GroupAssociations } from '../groups/group-associations.ts'
import { GroupWriting } from '../groups/group-writing.ts'
import { Groups } from '../groups/groups.ts'
import { groupRoutes } from '../groups/routes.ts'
import { groupAssociationRoutes, groupWritingRoutes } from '../groups/writing-routes.ts'
import type { Server } from '../http/server.ts'
import { Links } from '../links/links.ts'
import { linkRoutes } from '../links/routes.ts'
import type { Clock } from '../lib/clock.ts'
import { createOwnerRemoval, type OwnerRemoval } from '../owners/owner-removal.ts'
import { Owners } from '../owners/owners.ts'
import { ownerRoutes } from '../owners/routes.ts'
import { batchRoutes } from '../tcex/batch-routes.ts'
import { Library } from './library.ts'
import { libraryRoutes } from './routes.ts'

export type LibraryParts = {
  library: Library
  groups: Groups
  groupWriting: GroupWriting
  groupAssociations: GroupAssociations
  owners: Owners
  ownerRemoval: OwnerRemoval
  links: Links
  attributes: Attributes
  batches: Batches
  assertions: Assertions
  ledgers: Ledgers
}
export type LibraryOptions = Pick<DatabaseConnection, 'pool' | 'db'> & {
  clock: Clock
  audit: Audit
  matchers: Matchers
  /**
   * Hears after a batch's commit that indicators of the organization were touched; which ones stands in `collection_pending`,
   * written in the batch's transaction, so that a hub that dies in between forgets nothing.
   */
  onTouched(organizationId: string): void
}

/** The library and the doors to it, each knowing only the others that it needs. */
export function createLibrary({ pool, db, clock, audit, matchers, onTouched }: LibraryOptions): LibraryParts {
  const attributes = new Attributes({ db, audit })
  const owners = new Owners({ db, audit })
  const batches = new Batches({ pool, db, clock, matchers, attributes, onTouched })
  return {
    library: new Library({ db, pool, clock }),
    groups: new Groups({ db, clock }),
    groupWriting: new GroupWriting({ db, clock, audit, attributes, owners, batches }),
    groupAssociations: new GroupAssociations({ db, audit, owners, batches, onTouched }),
    owners,
    ownerRemoval: createOwnerRemoval({ db, clock, audit, onTouched }),
    links: new Links({ db, clock, audit, onTouched }),
    attributes,
    batches,
    assertions: new Assertions({ db, clock, audit, attributes, owners, batches }),
    ledgers: new Ledgers({ db }),
  }
}

/** All routes of the library. */
export function serveLibrary(server: Server, parts: LibraryParts): void {
  libraryRoutes(server, parts.library)
  groupRoutes(server, parts.groups)
  groupWritingRoutes(server, parts.groupWriting)
  groupAssociationRoutes(server, parts.groupAssociations)
  ownerRoutes(server, parts.owners, parts.ownerRemoval)
  linkRoutes(server, parts.links)
  attributeRoutes(server, parts.attributes)
  assertionRoutes(server, parts.assertions)
  batchRoutes(server, parts)
  ledgerRoutes(server, parts.ledgers)
}
