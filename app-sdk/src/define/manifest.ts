import { InstallJson, PosternJson } from '@postern/protocol'
import type { App } from './app.ts'
import type { Parameter, ParameterEntry, Parameters } from './parameter.ts'
import { listDelimiter, parameter } from './parameter-builders.ts'

/** What a package says of its app: the two files, and the folder's name, which is the app's identity. */
export interface Manifest {
  readonly installJson: InstallJson
  readonly posternJson: PosternJson
  readonly programName: string
}

/** The one file that a packaged app consists of. */
export const programMain = 'app.mjs'

/**
 * Makes `install.json` and `postern.json` from a definition (D23).
 * @throws Error naming what is wrong with the definition; nothing wrong is packaged.
 */
export function manifestOf(app: App): Manifest {
  const problems = problemsOf(app)
  if (problems.length > 0) throw new Error(`app ${app.name}: ${problems.join('; ')}`)
  const parameters = allParameters(app)
  const installJson = InstallJson.parse({
    allowOnDemand: true,
    displayName: app.displayName,
    features: ['fileParams'],
    languageVersion: '24',
    listDelimiter,
    note: app.note,
    params: Object.entries(parameters).map(([name, { entry }], index) => ({ name, sequence: index + 1, ...entry })),
    programLanguage: 'NODE',
    programMain,
    programVersion: app.version,
    runtimeLevel: 'Organization',
    sdkVersion: '4.0.0',
  })
  const posternJson = PosternJson.parse({
    kind: app.kind,
    repeatable: app.kind === 'action' ? (app.repeatable ?? false) : true,
    ...(app.kind === 'feed' && app.deletes !== undefined ? { deletes: app.deletes } : {}),
    egress: app.egress ?? [],
    addressParameters: namesThat(parameters, 'address'),
    collectionParameters: namesThat(parameters, 'collection'),
    ...(app.limits === undefined ? {} : { limits: app.limits }),
  })
  return { installJson, posternJson, programName: programNameOf(app) }
}

/** `<name>_v<major>`: an upgrade within a major version replaces, a new major stands beside. */
export function programNameOf(app: Pick<App, 'name' | 'version'>): string {
  return `${app.name.replaceAll('-', '_')}_v${app.version.split('.')[0]}`
}

/** The app's own parameters, those that the platform wants of its kind, and hidden ones for its state. */
export function allParameters(app: App): Parameters {
  const kept = (app.state ?? []).map(
    (name) => [name, parameter.string({ label: name, hidden: true, charactersMax: 65_536 })] as const,
  )
  return {
    ...(app.kind === 'feed' || app.kind === 'alerts' ? { tc_owner: owner } : {}),
    ...app.parameters,
    tc_log_level: logLevel,
    ...Object.fromEntries(kept),
  }
}

/** FD-5. The platform fills it in from the job, so that the form may leave it empty. */
const owner: Parameter<string | undefined> = {
  entry: {
    label: 'Owner',
    type: 'EditChoice',
    required: false,
    validValues: ['${OWNERS}'],
    note: 'Everything is written to this owner. Empty: the owner of the job.',
  } satisfies ParameterEntry,
  read: (raw) => (typeof raw === 'string' && raw.trim() !== '' ? raw.trim() : undefined),
}

const logLevel = parameter.choice({
  label: 'Log level',
  values: ['trace', 'debug', 'info', 'warning', 'error'],
  default: 'info',
  note: 'info says what happened, debug also how; docs/apps/logging.md',
})

function namesThat(parameters: Parameters, names: 'address' | 'collection'): string[] {
  return Object.entries(parameters).flatMap(([name, declared]) => (declared.names === names ? [name] : []))
}

function problemsOf(app: App): string[] {
  const problems: string[] = []
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(app.name))
    problems.push('the name must be lower-case words joined by hyphens')
  if (!/^\d+\.\d+\.\d+$/.test(app.version)) problems.push(`version ${app.version} must be three numbers, such as 1.0.0`)
  if (app.displayName.length < 3 || app.displayName.length > 100)
    problems.push('displayName must have 3 to 100 characters')
  for (const name of [...Object.keys(app.parameters), ...(app.state ?? [])]) {
    if (!/^[A-Za-z][A-Za-z0-9_]{0,99}$/.test(name))
      problems.push(`parameter ${name} must be a letter and then letters, digits or _`)
    if (/^(tc|postern)_/.test(name)) problems.push(`parameter ${name} begins like one of the platform's own`)
  }
  for (const name of app.state ?? []) if (name in app.parameters) problems.push(`${name} is both a parameter and state`)
  if (app.kind === 'export' && app.parameters[app.collection]?.names !== 'collection') {
    problems.push(`${app.collection} must be declared with parameter.collection`)
  }
  return problems
}
