import { leastDiskMebibytes, leastMemoryMebibytes } from '../../environment-server/src/requirements/least.ts'
import { requirements } from '../../environment-server/src/requirements/machine.ts'
import type { measured as measuredHere } from '../../environment-server/src/requirements/measured.ts'

/** docs/operating/requirements.md: what an environment server needs, with the figures that it was measured by (ES-28). */
export function requirementsDoc({ machine, server, apps, disk }: typeof measuredHere): string {
  const rows = apps.map(
    ({ kind, server: own, app, leastLimit }) => `| ${kind} | ${own} | ${app} | ${own + app} | ${leastLimit} |`,
  )
  const { cores, memoryMebibytes, diskMebibytes } = requirements
  return `<!-- Written by tools/generate.ts from environment-server/src/requirements/. A test compares it. Do not edit. -->

# What an environment server needs

| | least | advised, for several apps at once |
| --- | --- | --- |
| cores | ${cores.needed} | ${cores.wanted} |
| memory | ${leastMemoryMebibytes} MB | ${memoryMebibytes.wanted} MB |
| free disk | ${leastDiskMebibytes} MB | ${diskMebibytes.wanted} MB |

\`configure.sh --check\` and \`doctor\` compare the machine with this, and ask each interpreter that is set for its version and libraries, as
the user that apps run as. RHEL 8 and 9 and their rebuilds, Debian 12 and newer: the bundle's \`README.txt\` says how to get Python and Java
from each, and what SELinux and firewalld want.

## What it was measured by

On ${machine.system}, with Node.js ${machine.node}, Python ${machine.python} and Java ${machine.java}: a server from its bundle, connected to a
hub over TLS, one app at a time in its sandbox, again and again under a memory limit that falls, until the app no longer ends well. MB are
of 2²⁰ bytes, of resident memory; pages that server and app share are counted in both. Apps without work wait for a moment and end; the
feed reads the sample's events.

| while it runs | server | app, with all its processes | together | lowest limit that was enough |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

The server alone takes ${server.idle} MB when it is connected, and for a moment ${server.unlocking} MB while it makes the keychain's key of the master password, which is
meant to take memory. The least memory is the larger of that and the largest sum above, and 256 MB set aside for the system itself, which was not
measured. Each app that may run at the same time adds its own.

| on the disk | MB |
| --- | --- |
| the bundle unpacked, with its runtime | ${disk.bundle} |
| packages of the apps above, unpacked | ${disk.packages} |
| the journal | ${disk.journal} |
| folders of all those executions | ${disk.executions} |

The least disk has the bundle twice, since an upgrade is unpacked beside what runs, and 512 MB for logs and what executions leave.

To measure again: \`node bench/src/footprint/minimum/measure.ts && node tools/generate.ts\`. Cores are not measured: with one, apps wait for each
other and for the server, and nothing fails.
`
}
