import type { HubKeys, UnsignedVersion } from '@postern/protocol'
import { NameLink } from '../elements/name-link.tsx'
import { Notice } from '../elements/notice.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { formatCountOf } from '../format/quantities.ts'

/** Packages that the key in use has not signed: those that it will, and those that wait for a person. */
export function PackagesSection({ packagesToSign, packagesToConfirm }: HubKeys) {
  if (packagesToSign === 0 && packagesToConfirm.length === 0) return null
  return (
    <Section title="Packages without a key in use">
      {packagesToSign > 0 && (
        <Notice>
          <p>{formatCountOf(packagesToSign, 'package')} the hub will sign anew by itself.</p>
        </Notice>
      )}
      {packagesToConfirm.length > 0 && (
        <>
          <Notice tone="bad" isSigned>
            <p>
              Only a revoked key vouched for these: they run nowhere until somebody who trusts the file installs it
              again on the command line, <code>postern app install FILE</code>, and compares its SHA-256.
            </p>
          </Notice>
          <VirtualTable
            label="Packages to install again"
            columns={columns}
            rows={packagesToConfirm}
            rowKey={({ packageSha256 }) => packageSha256}
          />
        </>
      )}
    </Section>
  )
}

const columns: readonly Column<UnsignedVersion>[] = [
  {
    key: 'app',
    header: 'App',
    width: 'minmax(160px, 1.4fr)',
    isPlain: true,
    render: ({ appId, programName }) => <NameLink to="/apps/$appId" params={{ appId }} text={programName} />,
  },
  {
    key: 'version',
    header: 'Version',
    width: '100px',
    render: ({ programVersion }) => <PlainText text={programVersion} />,
  },
  {
    key: 'sha256',
    header: 'SHA-256 of the package',
    width: 'minmax(240px, 3fr)',
    render: ({ packageSha256 }) => <code>{packageSha256}</code>,
  },
]
