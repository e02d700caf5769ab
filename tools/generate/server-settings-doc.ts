import { wordsFor } from '../../environment-server/src/settings/judge-setting.ts'
import type { Setting } from '../../environment-server/src/settings/setting.ts'
import { cell } from './configuration-doc.ts'

/** docs/operating/environment-server-settings.md: the table of settings, and the test that proves what each does. */
export function serverSettingsDoc(
  settings: readonly Setting[],
  testOf: (setting: Setting) => { path: string; title: string } | undefined,
): string {
  const rows = settings.map((setting) => {
    const { number, name, kind, help, lookedAt = '–', secret, readOnly, hubMaySet } = setting
    const proof = testOf(setting)
    const what = [wordsFor(kind), ...(secret ? ['secret'] : []), ...(readOnly ? ['cannot be changed'] : [])].join('; ')
    const fallback = setting.default === undefined ? '–' : `\`${String(setting.default)}\``
    const proved = proof === undefined ? 'no effect yet' : `[${cell(proof.title)}](../../${proof.path})`
    return `| ${number} | \`${name}\` | ${cell(what)} | ${fallback} | ${hubMaySet ? 'yes' : 'no'} | ${cell(help)} | ${cell(lookedAt)} | ${proved} |`
  })
  return `<!-- Written by tools/generate.ts from environment-server/src/settings/settings-table.ts. A test compares it. Do not edit. -->

# Settings of an environment server

Settings lie in \`.postern-envsvr/settings.json\`; secrets lie in the keychain, and are only ever shown as set or empty. They are changed
by \`configure.sh\`: as a menu (1 System Configuration, 2 Edit System Config), or without a terminal by \`configure.sh --set NAME=VALUE\`,
\`--get\` and \`--list\`; a secret is given by \`--set NAME\` alone and read from standard input, and emptied by \`--set NAME=\`.
\`configure.sh --check\` says what the machine lacks.

A value is looked at when it is set, by what it must be and by what this machine has: what is refused changes nothing, whatever else
was to be set with it, and exits with 2; a warning is written all the same. \`--check\` and the start judge alike: what would be refused
is *MISSING* there and a warning in the log here, for a machine may change after a setting was made. Emptying is never refused.

The running server takes changes over by \`configure.sh --reload\`, or when it is started again.

The console shows each server's settings with who set them: the bundle, configure.sh, the hub, an edit of the file, or the default. The
hub may set those that say so below and that the server's own \`.postern-envsvr/policy.json\` names, for example
\`{"settings": ["appsNumberofJobExecutors"]}\`; without that line, none.

| | name | must be | default | hub may set | what it does | looked at on the machine | proved by |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`
}
