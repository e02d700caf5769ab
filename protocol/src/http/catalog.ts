import * as z from 'zod/mini'
import { InstallParameter } from '../app/install-json.ts'
import { AppKind } from '../app/postern-json.ts'
import { Count, Id, Instant, pageOf, Sha256 } from '../primitives.ts'

export const AppVersion = z.object({
  programVersion: z.string(),
  packageSha256: Sha256,
  packageBytes: Count,
  /** The publisher key's id. */
  publisherKeyId: z.string(),
  /** Who vouched: the publisher itself, or the administrator who confirmed a stranger's package (D7). */
  vouchedBy: z.string(),
  installedAt: Instant,
})
export type AppVersion = z.infer<typeof AppVersion>

/** An app of the catalog; `programName` (`<name>_<version>`, the package's folder) is its identity. */
export const App = z.object({
  id: Id,
  programName: z.string(),
  displayName: z.string(),
  kind: AppKind,
  note: z.string(),
  programLanguage: z.string(),
  parameters: z.array(InstallParameter),
  /** Those parameters that name data collections. */
  collectionParameters: z.array(z.string()),
  current: AppVersion,
})
export type App = z.infer<typeof App>
export const AppPage = pageOf(App)

/**
 * POST /v1/apps takes the `.tcx` file as the body (`application/octet-stream`). These headers go with it. A package without
 * a signature needs `Postern-Confirm-Sha256`, its own SHA-256, as the administrator's confirmation.
 */
export const installHeaders = {
  signature: 'postern-signature',
  signatureKeyId: 'postern-signature-key',
  confirmSha256: 'postern-confirm-sha256',
} as const
