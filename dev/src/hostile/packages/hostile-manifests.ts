import { goodManifest, program } from './good-package.ts'
import type { HostileEntry } from './hostile-zip.ts'

/** Packages whose zip is in order and whose install.json or postern.json is not. The hub finds it, and installs nothing. */
export const hostileManifests: readonly { name: string; entries: readonly HostileEntry[]; reason: RegExp }[] = [
  { name: 'no install.json', entries: [app()], reason: /there is no install\.json/ },
  {
    name: 'an install.json in a folder below',
    entries: [{ name: `${program}/lib/install.json`, content: '{}' }, app()],
    reason: /there is no install\.json/,
  },
  { name: 'an install.json that is no JSON', entries: withText('{'), reason: /install\.json is not JSON/ },
  { name: 'an install.json that is empty', entries: withText(''), reason: /install\.json is not JSON/ },
  { name: 'an install.json that is no text', entries: withText(Buffer.from([0x7b, 0xff, 0x7d])), reason: /not UTF-8/ },
  {
    name: 'an install.json with overlong UTF-8',
    entries: withText(Buffer.from([0x22, 0xc0, 0xaf, 0x22])),
    reason: /not UTF-8/,
  },
  { name: 'an install.json with a zero byte', entries: withText('{"a":"\0"}'), reason: /holds a zero byte/ },
  { name: 'an install.json nested without end', entries: withText('['.repeat(5_000)), reason: /nested deeper than 64/ },
  {
    name: 'an install.json as large as a book',
    entries: withText(`"${'x'.repeat(1024 * 1024)}"`),
    reason: /larger than 1 MB/,
  },
  { name: 'an install.json that is a list', entries: withText('[]'), reason: /install\.json has mistakes/ },
  {
    name: 'an install.json without a name',
    entries: withManifest({ displayName: '' }),
    reason: /has mistakes[\s\S]*displayName/,
  },
  {
    name: 'a name of the app that acts on a screen',
    entries: withManifest({ displayName: 'Feed\u001b]0;owned\u0007' }),
    reason: /has mistakes[\s\S]*displayName/,
  },
  {
    name: 'a name of the app with a zero character',
    entries: withManifest({ displayName: 'Feed\0x' }),
    reason: /has mistakes[\s\S]*displayName/,
  },
  {
    name: 'a version that is a path',
    entries: withManifest({ programVersion: '1.0.0/../../evil' }),
    reason: /has mistakes[\s\S]*programVersion/,
  },
  { name: 'a playbook app', entries: withManifest({ runtimeLevel: 'Playbook' }), reason: /runtimeLevel is "Playbook"/ },
  {
    name: 'a language that nobody runs',
    entries: withManifest({ programLanguage: 'COBOL' }),
    reason: /none of NODE, PYTHON and JAVA/,
  },
  {
    name: 'a program that is not in it',
    entries: withManifest({ programMain: 'other.mjs' }),
    reason: /names the program "other\.mjs"/,
  },
  {
    name: 'a program outside its folder',
    entries: withManifest({ programMain: '../../bin/sh' }),
    reason: /has mistakes[\s\S]*programMain/,
  },
  {
    name: 'a program by an absolute path',
    entries: withManifest({ programMain: '/bin/sh', programLanguage: 'JAVA' }),
    reason: /has mistakes[\s\S]*programMain/,
  },
  {
    name: 'a program that is an option',
    entries: withManifest({ programMain: '--eval=process.exit(1)' }),
    reason: /has mistakes[\s\S]*programMain/,
  },
  {
    name: 'types that are wrong throughout',
    entries: withManifest({ params: 'none', displayName: 7 }),
    reason: /has mistakes[\s\S]*displayName[\s\S]*params/,
  },
  {
    name: 'a parameter with the name of a prototype',
    entries: withParameter({ name: '__proto__' }),
    reason: /a parameter "__proto__", which every object has/,
  },
  {
    name: 'a parameter with the name of a constructor',
    entries: withParameter({ name: 'constructor' }),
    reason: /a parameter "constructor", which every object has/,
  },
  {
    name: 'a parameter whose name is a path',
    entries: withParameter({ name: '../../in/secret' }),
    reason: /has mistakes[\s\S]*params/,
  },
  {
    name: 'the same parameter twice',
    entries: withManifest({ params: [{ name: 'url' }, { name: 'url', encrypt: true }] }),
    reason: /the parameter "url" twice/,
  },
  {
    name: 'more parameters than a form holds',
    entries: withManifest({ params: Array.from({ length: 501 }, (_, n) => ({ name: `p${n}` })) }),
    reason: /has mistakes[\s\S]*params/,
  },
  {
    name: 'an output file outside its folder',
    entries: withManifest({ publishOutFiles: ['../../../etc/cron.d/evil'] }),
    reason: /has mistakes[\s\S]*publishOutFiles/,
  },
  {
    name: 'a postern.json of an unknown kind',
    entries: [manifest({}), app(), { name: `${program}/postern.json`, content: '{"kind":"root"}' }],
    reason: /postern\.json has mistakes[\s\S]*kind/,
  },
  {
    name: 'a postern.json that asks for the whole network',
    entries: [manifest({}), app(), { name: `${program}/postern.json`, content: '{"kind":"feed","egress":["*"]}' }],
    reason: /postern\.json has mistakes[\s\S]*egress/,
  },
]

function app(): HostileEntry {
  return { name: `${program}/app.mjs`, content: '' }
}

function manifest(changes: object): HostileEntry {
  return { name: `${program}/install.json`, content: JSON.stringify({ ...goodManifest, ...changes }) }
}

function withManifest(changes: object): HostileEntry[] {
  return [manifest(changes), app()]
}

function withParameter(parameter: object): HostileEntry[] {
  return withManifest({ params: [parameter] })
}

function withText(content: string | Buffer): HostileEntry[] {
  return [{ name: `${program}/install.json`, content }, app()]
}
