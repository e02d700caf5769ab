import { executorLimits } from '../executor/executor-limits.ts'
import type { Setting } from './setting.ts'

const path = { is: 'path' } as const
const port = { is: 'whole-number', smallest: 1, largest: 65_535 } as const
const onOff = { is: 'switch' } as const
const host = { is: 'host' } as const
const halfProxy =
  'A warning where half of the proxy is missing, since the other half may follow. No server starts with it.'
const secretText = { is: 'text', charactersMax: 1024 } as const

/** Every setting of an environment server. Menu, command line, reading at start, console and document are made from it (D31). */
export const settingsTable = [
  {
    number: 1,
    name: 'apiURL',
    kind: { is: 'https-url' },
    required: true,
    help: "Address of the hub's API, for example https://hub.example.com:8443.",
    provedBy: 'ES-3: nothing listening is said in a sentence',
  },
  {
    number: 2,
    name: 'appDeliveryToken',
    kind: secretText,
    secret: true,
    help: 'Token for packages, logs and results. It comes with the enrolment; another one only from the administrator of the hub.',
    provedBy: 'ES-5: the delivery token says which server speaks',
  },
  {
    number: 3,
    name: 'appsJavaHome',
    kind: path,
    help: 'Where Java 11 or newer is (17 is tried): its home folder, or its java. Empty: what JAVA_HOME names.',
    lookedAt: 'It is run. Refused where it cannot be, or is too old.',
    provedBy: 'ES-6: a server says at its start which interpreters it found',
  },
  {
    number: 4,
    name: 'appsNumberofJobExecutors',
    kind: { is: 'whole-number', smallest: 1, largest: 1000 },
    hubMaySet: true,
    help: 'How many executions run at once. Empty: as many as cores and memory (512 MB each) are enough for.',
    lookedAt: `Cores and memory. More than they are enough for: a warning; more than ${executorLimits.timesFittingMax} times as many: refused.`,
    provedBy: 'ES-7: as many run at once as the setting says',
  },
  {
    number: 5,
    name: 'appsPythonHome',
    kind: path,
    help: 'Where an older Python is, for apps that ask for less than 3.11: its home folder, or its python.',
    lookedAt: 'It is run. Refused where it cannot be, or lacks what apps need.',
    provedBy: 'ES-6: languageVersion picks the Python',
  },
  {
    number: 6,
    name: 'appsPythonHome311',
    kind: path,
    help: 'Where Python 3.11 or newer is, also for apps that ask for no version: its home folder, or its python.',
    lookedAt: 'It is run. Refused where it cannot be, is too old, or lacks what apps need.',
    provedBy: 'ES-6: languageVersion picks the Python',
  },
  {
    number: 7,
    name: 'appsSandboxUser',
    kind: { is: 'user' },
    default: 'tc-job',
    help: 'Local user that apps run as, once setup-sandbox.sh has made it.',
    lookedAt:
      "Root, whatever its name, and this server's own user are refused. Where there is no such user yet: a warning, since setup-sandbox.sh may follow.",
    provedBy: 'ES-8: an app writes its folder and reads its program',
  },
  {
    number: 8,
    name: 'appsSessionDaystoKeep',
    kind: { is: 'whole-number', smallest: 1, largest: 3650 },
    default: 30,
    hubMaySet: true,
    help: 'How many days outputs and log files of executions are kept below exchange/jobs.',
    provedBy: 'ES-9: folders of executions older than the setting are removed at the start',
  },
  {
    number: 9,
    name: 'brokerHost',
    kind: host,
    required: true,
    help: "Host of the hub's message broker.",
    provedBy: 'ES-3: nothing listening is said in a sentence',
  },
  {
    number: 10,
    name: 'brokerPort',
    kind: port,
    required: true,
    help: "Port of the hub's message broker, 62000 unless its administrator says otherwise.",
    provedBy: 'ES-3: nothing listening is said in a sentence',
  },
  {
    number: 11,
    name: 'brokerToken',
    kind: secretText,
    secret: true,
    help: 'Key for the message broker. It comes with the enrolment; another one only from the administrator of the hub.',
    provedBy: 'S17: a connection is refused when anything of its identity does not fit',
  },
  {
    number: 12,
    name: 'caFolder',
    kind: path,
    help: 'Folder of PEM files with the certificates of your own CAs. Empty: only the public roots, and for the hub its own CA.',
    lookedAt: 'It is read. Refused where it holds no certificate; a warning names each file that is no good.',
    provedBy: 'ES-17: an app in %s fetches from a server with a private certificate',
  },
  {
    number: 13,
    name: 'proxyExternal',
    kind: onOff,
    default: false,
    help: 'Whether all that apps call outside goes through the proxy.',
    lookedAt: halfProxy,
    provedBy: 'ES-18: with $settings messages go $messages',
  },
  {
    number: 14,
    name: 'proxyHost',
    kind: host,
    help: 'Host name or address of the proxy, if one is needed.',
    lookedAt: halfProxy,
    provedBy: 'ES-18: with $settings messages go $messages',
  },
  {
    number: 15,
    name: 'proxyPassword',
    kind: secretText,
    secret: true,
    help: 'Password for the proxy, if it asks for one (Basic authentication).',
    provedBy: 'ES-18: a proxy that wants other credentials is said',
  },
  {
    number: 16,
    name: 'proxyPort',
    kind: port,
    help: 'Port of the proxy.',
    lookedAt: halfProxy,
    provedBy: 'ES-18: with $settings messages go $messages',
  },
  {
    number: 17,
    name: 'proxyTC',
    kind: onOff,
    default: false,
    help: 'Whether all connections to the hub go through the proxy.',
    lookedAt: halfProxy,
    provedBy: 'ES-18: with $settings messages go $messages',
  },
  {
    number: 18,
    name: 'proxyUsername',
    kind: { is: 'text', charactersMax: 255 },
    help: 'User name for the proxy, if it asks for one.',
    provedBy: 'ES-18: a proxy that wants other credentials is said',
  },
  {
    number: 19,
    name: 'queueTransport',
    kind: { is: 'choice', of: ['websocket'] },
    help: 'Empty: raw TLS. websocket: messages, packages and results all move as HTTPS over brokerPort, through the proxy if there is one.',
    provedBy: 'ES-18: with $settings messages go $messages',
  },
  {
    number: 20,
    name: 'relaySystemInfoPublishSeconds',
    kind: { is: 'whole-number', smallest: 5, largest: 3600 },
    default: 10,
    hubMaySet: true,
    help: "How often this server's figures go to the hub, in seconds.",
    provedBy: 'ES-15: relaySystemInfoPublishSeconds governs how often',
  },
  {
    number: 21,
    name: 'serverName',
    kind: { is: 'name' },
    required: true,
    hubMaySet: true,
    help: 'Name of this server, as the console shows it.',
    provedBy: 'ES-19: a server that calls itself otherwise is shown by its new name',
  },
  {
    number: 22,
    name: 'serverXid',
    kind: { is: 'server-xid' },
    required: true,
    readOnly: true,
    help: 'Identifies this server. It never changes; a second server needs a bundle of its own.',
    provedBy: 'ES-19: the number of a server is fixed at download',
  },
  {
    number: 23,
    name: 'smtpFrom',
    kind: { is: 'mail-addresses', most: 1 },
    help: 'Sender of mails of this server, and of apps that ask for it.',
    provedBy: 'ES-16: an environment server mails that its hub cannot be reached',
  },
  {
    number: 24,
    name: 'smtpHost',
    kind: host,
    help: 'Mail server that is told when the hub cannot be reached for 15 minutes. Empty: nobody is.',
    provedBy: 'ES-16: an environment server mails that its hub cannot be reached',
  },
  {
    number: 25,
    name: 'smtpPassword',
    kind: secretText,
    secret: true,
    help: 'Password for the mail server, if it asks for one.',
    provedBy: 'ES-16: an environment server mails that its hub cannot be reached',
  },
  {
    number: 26,
    name: 'smtpPort',
    kind: port,
    default: 587,
    help: 'Port of the mail server.',
    provedBy: 'ES-16: an environment server mails that its hub cannot be reached',
  },
  {
    number: 27,
    name: 'smtpSecurity',
    kind: { is: 'choice', of: ['none', 'starttls', 'tls'] },
    default: 'starttls',
    help: 'How the way to the mail server is secured.',
    provedBy: 'ES-16: a certificate that nobody vouches for is refused',
  },
  {
    number: 28,
    name: 'smtpTo',
    kind: { is: 'mail-addresses', most: 20 },
    help: 'Who gets the mails of this server, separated by commas.',
    provedBy: 'ES-16: an environment server mails that its hub cannot be reached',
  },
  {
    number: 29,
    name: 'smtpUsername',
    kind: { is: 'text', charactersMax: 255 },
    help: 'User name for the mail server, if it asks for one.',
    provedBy: 'ES-16: an environment server mails that its hub cannot be reached',
  },
  {
    number: 30,
    name: 'allowInspectedTls',
    kind: onOff,
    default: false,
    help: 'Whether a device that opens TLS on the way to the hub may, if its CA is in caFolder. It can read results and values. The environment has to allow it as well.',
    lookedAt: 'A warning where caFolder is empty.',
    provedBy: 'S17: where environment and server allow it',
  },
] as const satisfies readonly Setting[]

type Row = (typeof settingsTable)[number]
/** Those that lie in the keychain. */
export type SecretName = Extract<Row, { secret: true }>['name']
type PlainRow = Exclude<Row, { secret: true }>

type ValueOf<Kind> = Kind extends { is: 'whole-number' }
  ? number
  : Kind extends { is: 'switch' }
    ? boolean
    : Kind extends { is: 'choice'; of: readonly (infer Choice)[] }
      ? Choice
      : string

/** The plain settings with their defaults in force; what is empty and has none is absent. */
export type SettingValues = {
  [Plain in PlainRow as Plain extends { required: true } | { default: unknown } ? Plain['name'] : never]: ValueOf<
    Plain['kind']
  >
} & {
  [Plain in PlainRow as Plain extends { required: true } | { default: unknown } ? never : Plain['name']]?:
    | ValueOf<Plain['kind']>
    | undefined
}

export const secretNames: readonly SecretName[] = settingsTable
  .filter((setting: Setting) => setting.secret === true)
  // The filter is what `SecretName` says.
  .map(({ name }) => name as SecretName)

export function settingOf(name: string): Setting | undefined {
  return settingsTable.find((setting) => setting.name === name)
}
